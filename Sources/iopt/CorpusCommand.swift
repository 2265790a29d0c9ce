// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct Corpus: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look after folders of fuzz inputs.",
    discussion: """
      A corpus is a folder with one fuzz input a file, named by the SHA-1 of its bytes as libFuzzer \
      does; files with other names are inputs too, except hidden ones and *.iopt, *.iopt.gz, \
      *.txt and *.log. Texts that stand alone, such as reproducers, are counted and run by stats \
      and check. Every file is written beside its place and renamed there, and nothing is removed \
      before what replaces it is on the disk. A fuzzer may be at work in the folder: files that \
      vanish meanwhile are counted. What a stopped writer left is put in order by the verbs that \
      write into a folder (merge, prune, unpack) and by iopt-fuzz when it starts: temporary files \
      and empty ones go, and a file that was cut short is named by the bytes that it has. A file \
      that cannot be read is told and the rest is done; the exit status is then 2.

      Example: iopt corpus merge Corpus/fuzz artifacts/corpus
      """,
    subcommands: [
      CorpusStats.self, CorpusMerge.self, CorpusPrune.self, CorpusPackCommand.self,
      CorpusUnpack.self, CorpusCheck.self,
    ])
}

/// What of an input's worth is judged by, for the verbs that choose.
let whatAddsSomething = """
  An input adds nothing when another decodes to the same scenario, when another fails with the \
  same signature (what is wrong at which kind of operation, and in which modes), or when others \
  show all of its behaviour: what the right side did, as a set of features, each made of the \
  format, build and gather revision, the kinds of an operation and of the one before it, its \
  errno or whether its result is 0, and the kinds of records it logged, in order, with about how \
  many in a row. That is coarser than code coverage: iopt-fuzz -- -merge=1 judges by that.
  """

/// A verb that runs what a folder holds.
protocol SurveyingCommand: JudgingCommand {
  var isolation: IsolationOptions { get }
  /// The folder as it was named.
  var folder: String { get }
}

extension SurveyingCommand {
  /// Runs every input, the smallest first, then the texts.
  func survey(
    _ inputs: [CorpusInput], texts: [CorpusContents.Text] = []
  ) throws -> [CorpusSurvey.Entry] {
    let plan = EnginePlan(try requests(), observing: try choice())
    let survey = CorpusSurvey(try isolation.judge(plan, file: folder))
    let progress = ProgressLine()
    defer { progress.clear() }
    var entries: [CorpusSurvey.Entry] = []
    func take(_ input: CorpusInput, _ scenario: Scenario) throws {
      entries.append(try survey.entry(input, scenario))
      if entries.count & 63 == 0 { progress.show("\(entries.count) of \(inputs.count) inputs") }
    }
    for input in inputs.sorted(by: CorpusSelection.order) { try take(input, decode(input.bytes)) }
    for text in texts {
      let bytes = Array(text.scenario.text.utf8)
      try take(CorpusInput(name: text.name, bytes: bytes), text.scenario)
    }
    return entries
  }
}

/// How many inputs were found to add nothing, by reason.
struct SuperfluousCount: Encodable {
  private var sameScenario = 0
  private var sameFailure = 0
  private var sameBehaviour = 0
  /// How many a side refused to run, which are not judged.
  private(set) var refused = 0

  mutating func add(_ verdict: CorpusSelection.Verdict) {
    switch verdict {
    case .adds: break
    case .sameScenario: sameScenario += 1
    case .sameFailure: sameFailure += 1
    case .sameBehaviour: sameBehaviour += 1
    case .unknown: refused += 1
    }
  }

  var total: Int { sameScenario + sameFailure + sameBehaviour }

  var text: String {
    "\(total) that add nothing (same scenario \(sameScenario), same failure \(sameFailure),"
      + " same behaviour \(sameBehaviour))"
  }

  /// What to say of inputs that were not judged, nothing when there are none.
  func refusals(_ consequence: String) -> String {
    refused == 0 ? "" : ", \(refused) \(consequence) as a side refuses to run them"
  }
}
