// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Scenario

/// The page table's contract and the DMA layer's, beside one subject: each scenario is held against
/// the one that is its layer's.
final class ContractJudges {
  private let table: ContractRun
  private let dma: DMAContractRun
  private var brokenTable = 0
  private var brokenDMA = 0

  init(_ subject: LaneChoice) {
    table = ContractRun(subject.lane())
    dma = DMAContractRun(subject.lane())
  }

  var label: String { table.lane.label }

  /// Where and how the subject breaks the contract, in words; nil when it keeps it.
  func judge(_ scenario: Scenario) -> String? {
    if scenario.dma != nil { return judgeDMA(scenario) }
    guard let finding = table.run(scenario) else { return nil }
    brokenTable += 1
    var text = place(finding.place, scenario)
    if let lookup = finding.lookup {
      text += "; iova_to_phys 0x" + String(lookup, radix: 16)
    }
    return text + ": \(finding.breach)"
  }

  private func judgeDMA(_ scenario: Scenario) -> String? {
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    guard case .broken(let operation, let breach) = dma.run(lowered) else { return nil }
    brokenDMA += 1
    let isEnd = operation == scenario.operations.count
    return place(isEnd ? .end : .operation(operation), scenario) + ": \(breach)"
  }

  private func place(_ place: Place, _ scenario: Scenario) -> String {
    switch place {
    case .operation(let index):
      var statement = TextBuffer()
      statement.append(scenario.operations[index])
      return "at operation \(index), \(statement.string.dropLast())"
    case .end: return "after the last operation"
    case .domain: return "at the domain"
    }
  }

  /// A paragraph for each layer of which there were scenarios.
  var summary: String {
    var lines: [String] = []
    if dma.tally.scenarios == 0 || table.tally.scenarios > 0 { lines += tableSummary }
    if dma.tally.scenarios > 0 { lines += dmaSummary }
    return lines.joined(separator: "\n")
  }

  private var tableSummary: [String] {
    let tally = table.tally
    let departures = KnownDeparture.allCases.filter { tally.count($0) > 0 }
    return departures.map { "  \($0): \(tally.count($0))" } + [
      "\(label): \(tally.scenarios) scenarios, \(tally.answers) answers held against the"
        + " contract, \(tally.unspecified) of which it says nothing: "
        + verdict(answers: tally.answers, broken: brokenTable)
    ]
  }

  private var dmaSummary: [String] {
    let tally = dma.tally
    let departures = DMADeparture.allCases.filter { tally.count($0) > 0 }
    var notes = departures.map { "  \($0): in \(tally.count($0)) scenarios" }
    if tally.cutShort > 0 {
      notes.append(
        "  judged only up to a crash or a refused operation: \(tally.cutShort) scenarios")
    }
    return notes + [
      "\(label): \(tally.scenarios) scenarios, \(tally.answers) answers held against the"
        + " contract of the DMA layer: "
        + verdict(answers: tally.answers, broken: brokenDMA)
    ]
  }

  private func verdict(answers: Int, broken: Int) -> String {
    if broken > 0 { return "broken in \(broken) scenarios" }
    return answers > 0 ? "kept" : "nothing to judge"
  }
}
