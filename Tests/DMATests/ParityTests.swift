// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep

/// Both sides against each other, heard as well as seen: yield points, locks and accesses to shared
/// cells are records like any other.
@Suite struct ParityTests {
  /// A lane whose host listens.
  private func listeningLane(_ subject: TestSubject) -> Lane {
    let lane = Lane(subject.subject)
    let everything: Listening = [.points, .locks, .cells]
    everything.install(on: &lane.host.services.pointee)
    lane.host.keepOffer()
    return lane
  }

  @Test(arguments: Format.allCases, [nil] + Kernel.allCases)
  func bothSidesStopLockAndShareAlike(_ format: Format, _ kernel: Kernel?) {
    var generator = ScenarioGenerator(
      seed: 11, format: format, layer: .dma, kernel: kernel, operations: 8...64)
    let lanes = TestSubject.allCases.map(listeningLane)
    let engine = Engine.comparing(lanes[0], lanes[1])
    for number in 0..<250 {
      guard let finding = engine.run(generator.next()) else { continue }
      Issue.record("scenario \(number): \(finding)")
      return
    }
    #expect(engine.tally.statements > 250 * 9)
  }
}
