// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import Testing

@testable import Lockstep

/// Scenarios far longer than others. `make long-run` runs a million operations.
@Suite struct LongRunTests {
  @Test(arguments: [QueueKind.perCPU, .single])
  func bothSidesAgreeOverALongLifeWhoseTablesStay(_ queue: QueueKind) {
    var generator = ScenarioGenerator(
      seed: 9, format: .amdv1, layer: .workingSet, operations: 40_000...40_000)
    var scenario = generator.next()
    scenario.dma = DMAConfiguration(
      queue: queue, cpus: 4, mode: .flushQueue, limit: 0xffff_ffff_ffff)
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    let lanes = TestSubject.allCases.map { Lane($0.subject) }
    for lane in lanes { #expect(lane.open(lowered.configuration) == .done) }
    var slotsHalfWay = 0
    for index in 0..<lowered.count {
      for lane in lanes where lane.run(lowered.operations + index) != .done {
        Issue.record("operation \(index): \(lane.label) did not end well")
        return
      }
      guard RecordView(lanes[0].log).elementsEqual(RecordView(lanes[1].log), by: sameRecord) else {
        Issue.record("operation \(index): the sides differ")
        return
      }
      if index == lowered.count / 2 { slotsHalfWay = lanes[0].host.state.pointee.arena.used }
    }
    #expect(firstDifferentWord(lanes[0], lanes[1]) == nil)
    // A slot is never used twice: had tables come and gone, there would be many more.
    let slots = lanes[0].host.state.pointee.arena.used
    #expect(slots == lanes[0].liveTables)
    #expect(slots - slotsHalfWay < 64)
    for lane in lanes { #expect(lane.teardown() == 0) }
  }

  @Test(arguments: TestSubject.allCases)
  func anOperationInTheWorkingSetKeepsTheContract(_ subject: TestSubject) {
    var generator = ScenarioGenerator(
      seed: 3, format: .riscv64, layer: .workingSet, operations: 10_000...10_000)
    var lowered = LoweredScenario()
    lowered.lower(generator.next())
    #expect(
      DMAContractRun(Lane(subject.subject)).run(lowered) == .kept(operations: 10_000))
  }

  private func sameRecord(_ left: RecordView.Record, _ right: RecordView.Record) -> Bool {
    left.words.elementsEqual(right.words)
  }
}
