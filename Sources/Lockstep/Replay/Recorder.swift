// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// Runs scenarios on one subject and prints the canonical trace.
public struct Recorder: ~Copyable {
  private let observed: ObservedLane
  private var buffer = LoweredScenario()
  /// What was printed and not yet taken.
  public var output = TextBuffer(capacity: 1 << 16)

  public init(_ lane: Lane) { observed = ObservedLane(lane) }

  /// Records every scenario of a file. `drain` is called with ``output`` now and then, and at the
  /// end, to write it away. Observations that the file holds are skipped.
  public mutating func run(
    _ reader: consuming TraceReader, drain: (inout TextBuffer) throws(ScenarioError) -> Void
  ) throws(ScenarioError) {
    var requests = RequestReader(reader, keepsObservations: false)
    var isOver = true
    while let request = try requests.next() {
      switch request {
      case .open(let domain, let dma):
        observed.endScenario()
        isOver = try !open(domain, dma, requests)
      case .operation(let operation):
        if isOver { continue }
        isOver = try !run(operation, requests)
      }
      if output.count > 1 << 15 { try drain(&output) }
    }
    observed.endScenario()
    try drain(&output)
  }

  /// Prints the domain and what became of it; false when the scenario ends there.
  private mutating func open(
    _ domain: DomainConfiguration, _ dma: DMAConfiguration?, _ requests: borrowing RequestReader
  ) throws(ScenarioError) -> Bool {
    output.appendScenarioStart()
    output.append(domain)
    buffer.lower(Scenario(domain: domain, dma: dma))
    let status = observed.open(buffer.configuration)
    try checkStatus(status, requests)
    // What the DMA layer does comes after its line: nothing, or a crash.
    let isLayersCrash = status == .crashed && observed.records.words.count > 1
    let own = observed.records.words.dropLast(isLayersCrash ? 1 : 0)
    output.appendRecords(UnsafeBufferPointer(rebasing: own), form: .errno)
    if status == .done || isLayersCrash, let dma { output.append(dma) }
    if isLayersCrash {
      let crash = UnsafeBufferPointer(rebasing: observed.records.words.suffix(1))
      output.appendRecords(crash, form: .errno)
    }
    return status == .done
  }

  private mutating func run(
    _ operation: Operation, _ requests: borrowing RequestReader
  ) throws(ScenarioError) -> Bool {
    output.append(operation)
    buffer.removeAll()
    buffer.append(operation)
    let status = observed.run(buffer.operations)
    try checkStatus(status, requests)
    output.appendRecords(observed.records.words, form: operation.resultForm)
    return status == .done
  }

  private func checkStatus(
    _ status: SubjectStatus, _ requests: borrowing RequestReader
  ) throws(ScenarioError) {
    let fault: String? =
      if status == .refused {
        "refuses: \(observed.lane.refusal)"
      } else if let misuse = observed.misuse {
        misuse.description
      } else {
        nil
      }
    if let fault {
      throw ScenarioError(
        file: requests.name, position: .text(line: requests.line, column: 1),
        message: "subject \(observed.lane.subject.name) \(fault)")
    }
  }
}
