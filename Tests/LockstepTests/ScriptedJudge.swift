// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

@testable import Lockstep

/// A judge of a subject that does what a script says of the address that an operation looks up.
final class ScriptedJudge: ScenarioJudge {
  enum Event {
    case breaks(OracleName, String, Modes)
    case crashes
    case refuses
    case departs(String)
  }

  let labels: [String]
  private(set) var tally = RunTally()
  private var counts: [String: Int] = [:]
  private let script: [UInt64: Event]
  var onFinding: (Finding) -> Void = { _ in }

  init(_ label: String, _ script: [UInt64: Event]) {
    labels = [label]
    self.script = script
  }

  var departures: [(name: String, count: Int)] { counts.map { ($0, $1) } }
  var costs: [DriverCosts] { [] }
  var losses: LossCount { LossCount() }
  var capabilities: [Capabilities] { [.language] }

  func judge(_ scenario: Scenario, file: String) -> Finding? {
    tally.scenarios += 1
    tally.statements += 1
    for (index, operation) in scenario.operations.enumerated() {
      tally.statements += 1
      guard case .iovaToPhys(let iova) = operation, let event = script[iova] else { continue }
      switch event {
      case .breaks(let oracle, let difference, let modes):
        tally.findings += 1
        return Finding(
          signature: Signature(
            oracle, operation: "unmap", difference: difference, modes: modes),
          place: Finding.Place(file: file, operation: index), statement: "",
          subjects: labels, evidence: .breach(subject: labels[0], text: "", lookup: nil))
      case .crashes:
        tally.crashed += 1
        return nil
      case .refuses:
        tally.refused += 1
        return nil
      case .departs(let name): counts[name, default: 0] += 1
      }
    }
    return nil
  }

  /// A scenario that looks up these addresses.
  static func scenario(_ addresses: UInt64...) -> Scenario {
    Scenario(
      domain: DomainConfiguration(format: .riscv64, va: 39, oa: 56, features: [.signExtend]),
      operations: addresses.map { .iovaToPhys(iova: $0) })
  }
}
