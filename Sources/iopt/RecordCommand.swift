// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report
import ScenarioLanguage

struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the canonical trace that a subject makes of scenarios.",
    discussion: """
      Observations that the files hold already are skipped. A scenario that the subject refuses is \
      left out from there on, and told at the end. Exit status: 0 recorded, 1 the subject broke a \
      rule of the subject ABI or did not survive, 2 bad input, 3 nothing was recorded.

      Example: iopt record --subject reference case.iopt -o case-trace.iopt.gz
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("\(subjectForms).", valueName: "subject[,gather=R]"))
  var subject = "swift"

  @Flag(
    help: """
      Print each store to table memory too, in its place, as a comment: \
      # store TABLE FIRST..LAST VALUE +STRIDE.
      """)
  var stores = false

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var output: TextOutput

  func run() throws {
    let request = try LaneRequest(subject)
    if isolation.isolates([request]) { return try runIsolated(request) }
    let recorder = Recorder(printsStores: stores)
    let engine = Engine([try request.load().lane()], [recorder])
    engine.onFinding = { writeError($0.report) }
    let run = FileRun([engine])
    try output.whileOpen { (drain) in
      for file in files {
        try run.run(TraceReader(path: file)) { () throws(ScenarioError) in
          if recorder.output.count > 1 << 15 { try drain(&recorder.output) }
        }
        try drain(&recorder.output)
      }
      for line in engine.tally.refusalLines { writeError(line + "\n") }
      try engine.tally.verdict.leave()
    }
  }

  /// A scenario in which the subject ends its process is left out as a whole.
  private func runIsolated(_ request: LaneRequest) throws {
    let plan = EnginePlan(recording: request, printsStores: stores)
    let engine = IsolatedEngine(plan, limit: isolation.duration)
    engine.onFinding = { writeError($0.report) }
    var text = TextBuffer(capacity: 1 << 16)
    engine.onText = { $0.withUnsafeBytes { text.append($0) } }
    try engine.load(file: files.first ?? "")
    let run = BatchRun([engine], beside: [], keepsObservations: false)
    try output.whileOpen { (drain) in
      for file in files {
        try run.run(TraceReader(path: file))
        try drain(&text)
      }
      try run.finish()
      try drain(&text)
      for line in engine.tally.refusalLines { writeError(line + "\n") }
      try engine.tally.verdict.leave()
    }
  }
}
