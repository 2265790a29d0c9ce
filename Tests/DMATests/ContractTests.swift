// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// Which queue, how the domain starts out, and whether it is relaxed on the way.
struct ContractCase: CustomTestStringConvertible, Sendable {
  var subject: TestSubject
  var queue: QueueKind
  var mode: DMAMode
  var relaxes: Bool

  var testDescription: String {
    "\(subject) \(queue) \(mode)\(relaxes ? " relaxed in the middle" : "")"
  }

  static let all: [ContractCase] = TestSubject.allCases.flatMap { subject in
    [QueueKind.perCPU, .single].flatMap { queue in
      [
        ContractCase(subject: subject, queue: queue, mode: .strict, relaxes: false),
        ContractCase(subject: subject, queue: queue, mode: .strict, relaxes: true),
        ContractCase(subject: subject, queue: queue, mode: .flushQueue, relaxes: false),
      ]
    }
  }

  /// The scenario on this case's queue. Only the middle relaxes it, if anything does.
  func adapt(_ scenario: Scenario) -> Scenario {
    var scenario = scenario
    scenario.dma?.queue = queue
    scenario.dma?.mode = mode
    // The older revisions are older because they break this.
    scenario.domain.gather = nil
    scenario.operations.removeAll {
      if case .relax = $0 { return true }
      return false
    }
    if relaxes {
      scenario.operations.insert(.relax(cpu: 0), at: scenario.operations.count / 2)
    }
    return scenario
  }
}

@Suite struct ContractTests {
  @Test(arguments: ContractCase.all)
  func everyGeneratedScenarioKeepsTheContract(_ contract: ContractCase) {
    var generator = ScenarioGenerator(seed: 4, layer: .dma, operations: 8...64)
    let run = DMAContractRun(contract.subject)
    for number in 0..<250 {
      guard let finding = run.run(contract.adapt(generator.next())) else { continue }
      Issue.record("scenario \(number): \(finding.report)")
      return
    }
    #expect(run.oracle.answers > 250 * 8)
  }

  /// Anything that a fuzzer may come up with, exact operations included.
  @Test(arguments: TestSubject.allCases)
  func everyFuzzInputKeepsTheContract(_ subject: TestSubject) {
    var random = SystemlessGenerator(state: 5)
    let run = DMAContractRun(subject)
    for number in 0..<1000 {
      var scenario = decode(input(&random))
      scenario.domain.gather = nil
      guard let finding = run.run(scenario) else { continue }
      Issue.record("input \(number): \(finding.report)")
      return
    }
    // The inputs come so far that the kernel's own departures are met.
    #expect(run.departures.contains("unmappedBehindTheLayersBack"))
    #expect(run.departures.contains("memoryPastTheOutputWidth"))
  }

  /// A header with a `dma` line and up to 60 operations, one in four of an exact or unassigned code.
  private func input(_ random: inout SystemlessGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 8...60, using: &random) {
      withUnsafeBytes(of: random.next()) { bytes += $0 }
    }
    bytes[1] |= 8
    bytes[7] = 0
    for index in stride(from: 8, to: bytes.count, by: 8)
    where Int.random(in: 0..<4, using: &random) > 0 {
      bytes[index] &= 0x1f
    }
    return bytes
  }

  /// The first form of `gather_range_pages()` never added a range where gaps are not wanted: an
  /// unmap synced nothing, and the IOVA went back.
  @Test(arguments: TestSubject.allCases)
  func theOriginalRevisionBreaksIt(_ subject: TestSubject) {
    var scenario = Scenario(
      domain: DomainConfiguration(
        format: .x8664, va: 48, oa: 52, features: [.signExtend, .flushRangeNoGaps], top: 3),
      dma: DMAConfiguration(queue: .perCPU, cpus: 1, mode: .strict, limit: .max),
      operations: [
        .dmaMap(handle: 0, pa: 0x8000_0000, length: 0x1000, direction: .toDevice, cpu: 0),
        .dmaUnmap(handle: 0, cpu: 0),
      ])
    let run = DMAContractRun(subject)
    #expect(run.run(scenario) == nil)
    scenario.domain.gather = .original
    let finding = run.run(scenario)
    #expect(finding?.place.operation == 1)
    #expect(
      finding?.signature.description == "contract dma_unmap: reuse: freedBeforeSync [no-gaps]")
  }
}

/// One subject judged by the contract alone.
struct DMAContractRun {
  let oracle = ContractOracle()
  private let engine: Engine

  init(_ subject: TestSubject) { engine = Engine([Lane(subject.subject)], [oracle]) }

  /// What is found in the scenario; nil when every answer keeps the contract.
  func run(_ scenario: Scenario) -> Finding? { engine.run(scenario) }

  /// Operations of the last scenario that were run.
  var operations: Int { (engine.operationIndex ?? -1) + 1 }

  /// The departures that were seen.
  var departures: Set<String> { Set(oracle.departures.map(\.name)) }
}
