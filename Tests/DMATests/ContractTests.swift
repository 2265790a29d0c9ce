// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Scenario
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
    let run = DMAContractRun(Lane(contract.subject.subject))
    var lowered = LoweredScenario()
    for number in 0..<400 {
      lowered.lower(contract.adapt(generator.next()))
      guard case .broken(let operation, let breach) = run.run(lowered) else { continue }
      Issue.record("scenario \(number), operation \(operation): \(breach)")
      return
    }
  }
}
