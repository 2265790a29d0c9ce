// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep

/// Scenarios far longer than others. `make long-run` runs a million operations.
@Suite struct LongRunTests {
  @Test(arguments: [QueueKind.perCPU, .single], [nil, Kernel.linux7_2, .linux7_3])
  func bothSidesAgreeOverALongLifeWhoseTablesStay(_ queue: QueueKind, _ kernel: Kernel?) {
    var generator = ScenarioGenerator(
      seed: 9, format: .amdv1, layer: .workingSet, kernel: kernel, operations: 40_000...40_000)
    var scenario = generator.next()
    scenario.dma = DMAConfiguration(
      queue: queue, cpus: 4, mode: .flushQueue, limit: 0xffff_ffff_ffff)
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    let lanes = TestSubject.allCases.map { Lane($0.subject) }
    let engine = Engine.comparing(lanes[0], lanes[1])
    engine.open(lowered.configuration)
    var slotsHalfWay = 0
    for index in 0..<lowered.count {
      engine.run(lowered.operations + index)
      if index == lowered.count / 2 { slotsHalfWay = lanes[0].host.state.pointee.arena.used }
    }
    #expect(engine.tally.statements == lowered.count + 1)
    // A slot is never used twice: had tables come and gone, there would be many more.
    let slots = lanes[0].host.state.pointee.arena.used
    #expect(slots == lanes[0].liveTables)
    #expect(slots - slotsHalfWay < 64)
    for lane in lanes { #expect(lane.teardown() == 0) }
    engine.finish()
    #expect(engine.finding == nil, "\(engine.finding as Any)")
  }

  @Test(arguments: TestSubject.allCases)
  func anOperationInTheWorkingSetKeepsTheContract(_ subject: TestSubject) {
    var generator = ScenarioGenerator(
      seed: 3, format: .riscv64, layer: .workingSet, operations: 10_000...10_000)
    let run = DMAContractRun(subject)
    let finding = run.run(generator.next())
    #expect(finding == nil, "\(finding as Any)")
    #expect(run.operations == 10_000)
  }
}
