// SPDX-License-Identifier: GPL-2.0-only
import Glibc
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
    let engine = Engine.comparing(lanes[0], lanes[1])
    engine.open(lowered.configuration)
    var slotsHalfWay = 0
    for index in 0..<lowered.count {
      engine.run(lowered.operations + index)
      if index == lowered.count / 2 { slotsHalfWay = lanes[0].host.state.pointee.arena.used }
    }
    engine.finish()
    #expect(engine.finding == nil, "\(engine.finding as Any)")
    #expect(engine.tally.statements == lowered.count + 1)
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
    let run = DMAContractRun(subject)
    let finding = run.run(generator.next())
    #expect(finding == nil, "\(finding as Any)")
    #expect(run.operations == 10_000)
  }
}

/// Rings are there as far as they were used.
@Suite struct RingMemoryTests {
  @Test(arguments: TestSubject.allCases, [QueueKind.perCPU, .single])
  func theLargestRingsCostLittleUntilTheyAreFilled(
    _ subject: TestSubject, _ queue: QueueKind
  ) throws {
    var lowered = LoweredScenario()
    lowered.lower(
      Scenario(
        domain: DomainConfiguration(
          format: .riscv64, va: 48, oa: 56, features: [.signExtend, .flushRange]),
        dma: DMAConfiguration(
          queue: queue, cpus: 256, ringSize: 65536, timeout: 10, mode: .flushQueue,
          limit: .max),
        operations: (0..<256).flatMap { cpu -> [Operation] in
          [
            .dmaMap(
              handle: 0, pa: 0x8000_0000, length: 0x1000, direction: .toDevice, cpu: UInt8(cpu)),
            .dmaUnmap(handle: 0, cpu: UInt8(cpu)),
          ]
        }))
    let lane = Lane(subject.subject)
    let before = try residentBytes()
    #expect(lane.open(lowered.configuration) == .done)
    for index in 0..<lowered.count {
      #expect(lane.run(lowered.operations + index) == .done)
    }
    // 16.8 million entries of at least 32 bytes would take half a gigabyte.
    #expect(try residentBytes() < before + 100 << 20)
    lane.endScenario()
  }

  /// The memory that this process has now.
  private func residentBytes() throws -> Int {
    let file = try #require(fopen("/proc/self/statm", "r"))
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    try #require(fgets(&line, 256, file) != nil)
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
    return Int(text.split(separator: " ")[1])! * Int(getpagesize())
  }
}
