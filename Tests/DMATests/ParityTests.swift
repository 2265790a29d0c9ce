// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI
import Testing

@testable import Lockstep

/// Both sides against each other, heard as well as seen: yield points, locks and accesses to shared
/// cells are records like any other.
@Suite struct ParityTests {
  /// A lane whose host listens.
  private func listeningLane(_ subject: TestSubject) -> Lane {
    let lane = Lane(subject.subject)
    let services = lane.host.services
    services.pointee.yield = { host, point in
      iopt_log1(host!.pointee.log, DMARecord.pointKind, UInt64(point))
    }
    services.pointee.lock = { host, lock, index in
      iopt_log2(host!.pointee.log, DMARecord.lockKind, UInt64(lock), UInt64(index))
    }
    services.pointee.unlock = { host, lock, index in
      iopt_log2(host!.pointee.log, DMARecord.unlockKind, UInt64(lock), UInt64(index))
    }
    services.pointee.load = { host, cell, address, order in
      iopt_log2(host!.pointee.log, DMARecord.loadKind, UInt64(cell), UInt64(order))
      return address!.pointee
    }
    services.pointee.store = { host, cell, address, value, order in
      iopt_log2(host!.pointee.log, DMARecord.storeKind, UInt64(cell), UInt64(order))
      address!.pointee = value
    }
    services.pointee.compare_exchange = { host, cell, address, expected, desired, order in
      iopt_log2(host!.pointee.log, DMARecord.exchangeKind, UInt64(cell), UInt64(order))
      let found = address!.pointee
      if found == expected { address!.pointee = desired }
      return found
    }
    return lane
  }

  @Test(arguments: Format.allCases)
  func bothSidesStopLockAndShareAlike(_ format: Format) {
    var generator = ScenarioGenerator(
      seed: 11, format: format, layer: .dma, operations: 8...64)
    let run = LockstepRun(TestSubject.allCases.map(listeningLane))
    var lowered = LoweredScenario()
    var operations = 0
    for number in 0..<250 {
      lowered.lower(generator.next())
      switch run.run(lowered) {
      case .agreed(let count): operations += count
      case let outcome:
        Issue.record("scenario \(number): \(outcome)")
        return
      }
    }
    #expect(operations > 250 * 8)
  }
}
