// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep

struct CorpusPrune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove the inputs of a corpus that add nothing.",
    discussion: """
      The smallest inputs stay. What a stopped writer left behind is removed too. \
      \(whatAddsSomething)

      Example: iopt corpus prune artifacts/corpus --dry-run
      """)

  @Argument(help: ArgumentHelp("A folder of fuzz inputs.", valueName: "dir"))
  var folder: String

  @Flag(help: "Only say what would be removed.")
  var dryRun = false

  @Flag(help: "Keep inputs whose behaviour others show: only scenarios and failures count.")
  var keepBehaviour = false

  @OptionGroup var sides: CorpusSides

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let folder = try CorpusFolder(self.folder)
    var selection = CorpusSelection()
    selection.judgesBehaviour = !keepBehaviour
    let leftovers = try folder.listing().leftovers
    var removed: [String] = []
    var superfluous = SuperfluousCount()
    for entry in try sides.survey(folder.inputs()) {
      let verdict = selection.consider(entry)
      superfluous.add(verdict)
      if verdict != .adds, verdict != .unknown { removed.append(entry.input.name) }
    }
    if !dryRun {
      for name in removed { try folder.remove(name) }
      for name in leftovers { folder.removeLeftover(name) }
      try folder.synchronize()
    }
    if json {
      return try printJSON(
        Result(removed: removed, leftovers: leftovers, superfluous: superfluous, dryRun: dryRun))
    }
    print(
      "\(self.folder): \(dryRun ? "would be removed" : "removed"): \(superfluous.text),"
        + " \(leftovers.count) leftovers of stopped writers\(superfluous.refusals("kept"))")
  }

  private struct Result: Encodable {
    var removed: [String]
    var leftovers: [String]
    var superfluous: SuperfluousCount
    var dryRun: Bool
  }
}
