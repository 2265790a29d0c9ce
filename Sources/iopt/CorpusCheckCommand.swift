// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep

struct CorpusCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check that a corpus is whole and that nothing in it fails.",
    discussion: """
      Every name that is a checksum must be that of the file's bytes, every input must decode to a \
      scenario that survives printing and reading, and both sides must do the same. Exit status: \
      0 all is well, 1 something is wrong, 2 the folder cannot be read.

      Example: iopt corpus check Corpus/fuzz
      """)

  @Argument(help: ArgumentHelp("A folder of fuzz inputs.", valueName: "dir"))
  var folder: String

  @OptionGroup var sides: CorpusSides

  func run() throws {
    let folder = try CorpusFolder(self.folder)
    let inputs = try folder.inputs()
    var problems = 0
    func tell(_ name: String, _ problem: String) {
      problems += 1
      print("\(self.folder)/\(name): \(problem)")
    }
    for name in try folder.listing().leftovers { tell(name, "left by a writer that was stopped") }
    for input in inputs where !input.isIntact {
      tell(input.name, "damaged: its bytes do not match its name")
    }
    for entry in try sides.survey(inputs) {
      if let failure = entry.failure { tell(entry.input.name, "the sides differ: \(failure)") }
      if !entry.survivesText { tell(entry.input.name, "is another scenario after it was printed") }
    }
    print("\(self.folder): \(inputs.count) inputs, \(problems) problems")
    if problems > 0 { throw somethingDiffers }
  }
}
