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

  func run() throws {
    let folder = try CorpusFolder(self.folder)
    var selection = CorpusSelection()
    selection.judgesBehaviour = !keepBehaviour
    var removed = try folder.listing().leftovers
    let leftovers = removed.count
    var superfluous = SuperfluousCount()
    for entry in try sides.survey(folder.inputs()) {
      let verdict = selection.consider(entry)
      superfluous.add(verdict)
      if verdict != .adds { removed.append(entry.input.name) }
    }
    if !dryRun {
      for name in removed { try folder.remove(name) }
      try folder.synchronize()
    }
    let what = dryRun ? "would be removed" : "removed"
    print("\(self.folder): \(what): \(superfluous.text), \(leftovers) leftovers of stopped writers")
  }
}
