// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct CorpusCheck: SurveyingCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check that a corpus is whole and that nothing in it fails.",
    discussion: """
      Every name that is a checksum must be that of the file's bytes, every input must decode to a \
      scenario that survives printing and reading, and nothing may be found in it: by default both \
      sides must do the same. Inputs that a side refuses to run are counted. \(exitStatuses)

      Example: iopt corpus check Corpus/fuzz
      """)

  @Argument(help: ArgumentHelp("A folder of fuzz inputs.", valueName: "dir"))
  var folder: String

  @OptionGroup var sides: SideOptions

  @OptionGroup var alone: AloneOption

  @OptionGroup var oracles: OracleOptions

  @OptionGroup var isolation: IsolationOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let folder = try CorpusFolder(self.folder)
    let listing = try folder.listing()
    let contents = folder.contents(of: listing, withTexts: true)
    var result = Result()
    result.passedOver.add(contents)
    for name in listing.leftovers {
      result.tell(name, "left by a writer that was stopped; iopt corpus prune removes it")
    }
    for name in contents.empties {
      result.tell(name, "empty: its writer was stopped; iopt corpus prune removes it")
    }
    for input in contents.inputs where !input.isIntact {
      result.tell(
        input.name, "damaged: its bytes do not match its name; iopt corpus prune renames it")
    }
    let entries = try survey(contents.inputs, texts: contents.texts)
    for entry in entries {
      if let failure = entry.failure {
        result.tell(entry.input.name, "\(failure)")
      }
      if !entry.survivesText {
        result.tell(entry.input.name, "is another scenario after it was printed")
      }
    }
    result.inputs = entries.count
    let refused = entries.filter { $0.refusal != nil }
    result.refused = refused.count
    if json { try printJSON(result) } else { print(result.text(self.folder), terminator: "") }
    try result.passedOver.leave()
    if !result.problems.isEmpty { throw somethingDiffers }
    if refused.count == entries.count {
      writeError("\(self.folder.printable): nothing was judged")
      writeError(refused.first?.refusal.map { ": \($0)\n" } ?? "\n")
      throw nothingJudged
    }
  }

  private struct Result: Encodable {
    struct Problem: Encodable {
      var input: String
      var problem: String
    }

    var inputs = 0
    var refused = 0
    var problems: [Problem] = []
    var passedOver = CorpusOmissions()

    mutating func tell(_ input: String, _ problem: String) {
      problems.append(Problem(input: input, problem: problem))
    }

    func text(_ folder: String) -> String {
      let lines = problems.map { "\(folder)/\($0.input): \($0.problem)".printable + "\n" }
      let refusals = refused == 0 ? "" : ", \(refused) not run as a side refuses them"
      return lines.joined()
        + "\(folder.printable): \(inputs) inputs, \(problems.count) problems\(refusals)"
        + "\(passedOver.text)\n"
    }
  }
}
