// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import Lockstep
import Scenario

/// Runs an input on both sides and reports the first difference.
final class SubjectOracle: InputOracle {
  private let settings: FuzzSettings
  private let head: Scenario?
  private let lanes: [Lane]
  private let run: LockstepRun
  private var scenario = LoweredScenario()

  init(_ settings: FuzzSettings) throws {
    self.settings = settings
    head = try settings.head()
    lanes = [try FuzzSide(settings.left).lane(), try FuzzSide(settings.right).lane()]
    run = LockstepRun(lanes)
    iopt_fuzz_count_start()
  }

  func test(_ input: UnsafeBufferPointer<UInt8>) {
    decodeLowered(input, head: head, into: &scenario)
    switch run.run(scenario) {
    case .agreed(let operations): iopt_fuzz_count_run(UInt64(operations))
    // A subject that lacks a layer refuses its scenarios: there is nothing to compare.
    case .refused: iopt_fuzz_count_refusal()
    case let outcome: report(outcome, decode(input, head: head))
    }
  }

  private func report(_ outcome: Outcome, _ found: Scenario) -> Never {
    do {
      guard let first = try difference(in: found, file: "input") else {
        fail("the sides differed (\(outcome)), and did not when it was run again\n")
      }
      // Without a folder for it, the input is all that is kept, and libFuzzer keeps it.
      guard let folder = settings.artifacts, !FuzzSettings.isMinimizing else {
        fail("\n==== divergence: \(first.signature)\n\(first.report)\n")
      }
      let files = FailureFiles(folder: folder, signature: first.signature, sides: lanes)
      if files.exist {
        endWithFailure(
          "\n==== divergence: \(first.signature), as in \(files.textPath): nothing saved\n")
      }
      let smallest = shrink(found)
      guard let divergence = try difference(in: smallest, file: files.textPath) else {
        fail("a divergence went away when it was shrunk: \(first.signature)\n")
      }
      try files.save(smallest, report: divergence.report)
      fail("\n==== divergence: \(divergence.signature)\n\(divergence.report)\n")
    } catch {
      fail("\(error)\n")
    }
  }

  private func difference(
    in scenario: Scenario, file: String
  ) throws(ScenarioError) -> Divergence? {
    try Comparison(left: lanes[0], right: lanes[1]).firstDifference(in: scenario, file: file)
  }

  private func shrink(_ scenario: Scenario) -> Scenario {
    let seconds = settings.shrinkSeconds
    guard seconds > 0 else { return scenario }
    printError("shrinking, for at most \(seconds) s\n")
    return Minimizer.minimize(
      scenario, left: lanes[0], right: lanes[1], seconds: Double(seconds),
      keepingHead: head != nil)
  }
}
