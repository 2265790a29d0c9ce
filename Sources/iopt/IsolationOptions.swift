// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report

/// Where subjects run: in this process, or in others, so that one that crashes, leaves or hangs is a
/// finding.
struct IsolationOptions: ParsableArguments {
  @Flag(help: "Run swift and reference in processes of their own too, as plug-ins always are.")
  var isolate = false

  @Flag(help: "Load plug-ins into this process, for a debugger: a crash ends it.")
  var inProcess = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How long a subject in a process of its own may take for one operation.",
      valueName: "seconds"))
  var limit = Fatality.usualLimit

  func validate() throws {
    guard limit > 0, limit <= 1_000_000 else {
      throw ValidationError("--limit takes a number of seconds above 0, at most 1000000")
    }
    guard !isolate || !inProcess else {
      throw ValidationError("--isolate and --in-process exclude each other")
    }
  }

  var duration: Duration { .seconds(limit) }

  /// Whether subjects run in processes of their own.
  func isolates(_ requests: [LaneRequest]) -> Bool {
    isolate || (!inProcess && requests.contains(where: \.isPlugin))
  }

  /// What judges one scenario after the other as the engine of `plan` does. When a subject cannot be
  /// loaded for what it does to its process, that is reported at `file`, and the program ends.
  func judge(_ plan: EnginePlan, file: String) throws -> any ScenarioJudge {
    guard isolates(plan.requests) else { return try plan.engine() }
    let judge = IsolatedJudge(plan, limit: duration)
    judge.onFinding = { print($0.report, terminator: "") }
    guard try judge.load(file: file) else { throw somethingDiffers }
    judge.onFinding = { _ in }
    return judge
  }
}
