// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Scenario

struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the canonical trace that a subject makes of scenarios.",
    discussion: """
      Observations that the files hold already are skipped. Exit status: 0 recorded, 2 bad input, \
      or the subject refuses.

      Example: iopt record --subject reference case.iopt -o case-trace.iopt.gz
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: "swift, reference or the path of a plug-in (PATH.so); gather=R may follow a comma.")
  var subject = "swift"

  @OptionGroup var output: TextOutput

  func run() throws {
    var recorder = try Recorder(LaneChoice(subject).lane())
    try output.whileOpen { (drain) in
      for file in files { try recorder.run(TraceReader(path: file), drain: drain) }
    }
  }
}
