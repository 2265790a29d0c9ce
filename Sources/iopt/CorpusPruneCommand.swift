// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct CorpusPrune: SurveyingCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove the inputs of a corpus that add nothing.",
    discussion: """
      The smallest inputs stay. What a stopped writer left behind is put in order first. \
      \(whatAddsSomething)

      Example: iopt corpus prune artifacts/corpus --dry-run
      """)

  @Argument(help: ArgumentHelp("A folder of fuzz inputs.", valueName: "dir"))
  var folder: String

  @Flag(help: "Only say what would be removed.")
  var dryRun = false

  @Flag(help: "Keep inputs whose behaviour others show: only scenarios and failures count.")
  var keepBehaviour = false

  @OptionGroup var sides: SideOptions

  @OptionGroup var alone: AloneOption

  @OptionGroup var oracles: OracleOptions

  @OptionGroup var isolation: IsolationOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let folder = try CorpusFolder(self.folder)
    var selection = CorpusSelection()
    selection.judgesBehaviour = !keepBehaviour
    let swept = try folder.sweep(dryRun: dryRun)
    let contents = try folder.contents()
    var omissions = CorpusOmissions()
    omissions.add(contents)
    var removed: [String] = []
    var superfluous = SuperfluousCount()
    for entry in try survey(contents.inputs) {
      let verdict = selection.consider(entry)
      superfluous.add(verdict)
      if verdict != .adds, verdict != .unknown { removed.append(entry.input.name) }
    }
    if !dryRun {
      for name in removed { try folder.removeIfThere(name) }
      try folder.synchronize()
    }
    if json {
      try printJSON(
        Result(
          removed: removed, leftovers: swept.leftovers, superfluous: superfluous, dryRun: dryRun,
          swept: swept, passedOver: omissions))
    } else {
      print(
        "\(self.folder.printable): \(dryRun ? "would be removed" : "removed"): \(superfluous.text)"
          + superfluous.refusals("kept") + omissions.text + swept.text)
    }
    try omissions.leave()
  }

  private struct Result: Encodable {
    var removed: [String]
    var leftovers: [String]
    var superfluous: SuperfluousCount
    var dryRun: Bool
    var swept: CorpusSweep
    var passedOver: CorpusOmissions
  }
}
