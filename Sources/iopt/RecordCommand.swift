// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep
import Scenario

struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the canonical trace that a subject makes of scenarios.",
    discussion: """
      Observations that the files hold already are skipped.

      Example: iopt record --subject reference Corpus/reproducers/*.iopt
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: "swift, reference or the path of a plug-in (PATH.so); gather=R may follow a comma.")
  var subject = "swift"

  func run() throws {
    var recorder = try Recorder(LaneChoice(subject).lane())
    for file in files {
      try recorder.run(TraceReader(path: file)) { (output) throws(ScenarioError) in
        try output.write(to: STDOUT_FILENO, name: "standard output")
        output.removeAll()
      }
    }
  }
}
