// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Scenario

/// Runs an input on both sides and reports the first difference.
final class SubjectOracle: InputOracle {
  private let settings: FuzzSettings
  private let lanes: [Lane]
  private let run: LockstepRun
  private var scenario = LoweredScenario()

  init(_ settings: FuzzSettings) throws(SubjectError) {
    self.settings = settings
    lanes = [try FuzzSide(settings.left).lane(), try FuzzSide(settings.right).lane()]
    run = LockstepRun(lanes)
  }

  func test(_ input: UnsafeBufferPointer<UInt8>) {
    decodeLowered(input, into: &scenario)
    switch run.run(scenario) {
    case .agreed: return
    case let outcome: report(outcome, input)
    }
  }

  private func report(_ outcome: Outcome, _ input: UnsafeBufferPointer<UInt8>) -> Never {
    let bytes = Array(input)
    let failure = FailureFiles(folder: settings.artifacts ?? ".", input: bytes)
    do {
      let found = decode(bytes)
      let comparison = Comparison(left: lanes[0], right: lanes[1])
      guard
        let divergence = try comparison.firstDifference(in: found, file: failure.textPath)
      else {
        fail("the sides differed (\(outcome)), and did not when it was run again\n")
      }
      if settings.artifacts != nil { try failure.save(found, report: divergence.report) }
      fail("\n==== divergence: \(divergence.signature)\n\(divergence.report)\n")
    } catch {
      fail("\(error)\n")
    }
  }
}
