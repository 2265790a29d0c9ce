// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct CorpusMerge: SurveyingCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Add to a corpus what others have that it lacks.",
    discussion: """
      Nothing that holds bytes is removed anywhere. \(whatAddsSomething)

      Example: iopt corpus merge Corpus/fuzz artifacts/corpus
      """)

  @Argument(help: ArgumentHelp("The folder that grows; made when missing.", valueName: "dir"))
  var folder: String

  @Argument(help: ArgumentHelp("Folders to take inputs from.", valueName: "from"))
  var sources: [String]

  @OptionGroup var sides: SideOptions

  @OptionGroup var alone: AloneOption

  @OptionGroup var oracles: OracleOptions

  @OptionGroup var isolation: IsolationOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    var omissions = CorpusOmissions()
    var offered: [CorpusInput] = []
    for source in sources {
      let contents = try CorpusFolder(source).contents()
      omissions.add(contents)
      offered += contents.inputs
    }
    let folder = try CorpusFolder(self.folder, create: true)
    let swept = try folder.sweep()
    let there = try folder.contents()
    omissions.add(there)
    var selection = CorpusSelection()
    for entry in try survey(there.inputs) { _ = selection.consider(entry) }
    var added = 0
    var superfluous = SuperfluousCount()
    for entry in try survey(offered) {
      let verdict = selection.consider(entry)
      superfluous.add(verdict)
      guard verdict == .adds else { continue }
      let name = ContentName(of: entry.input.bytes).description
      if !folder.contains(name) { try folder.write(entry.input.bytes, as: name) }
      added += 1
    }
    try folder.synchronize()
    if json {
      try printJSON(
        Result(added: added, superfluous: superfluous, swept: swept, passedOver: omissions))
    } else {
      print(
        "\(self.folder.printable): \(added) added, \(superfluous.text)"
          + superfluous.refusals("left out") + omissions.text + swept.text)
    }
    try omissions.leave()
  }

  private struct Result: Encodable {
    var added: Int
    var superfluous: SuperfluousCount
    var swept: CorpusSweep
    var passedOver: CorpusOmissions
  }
}
