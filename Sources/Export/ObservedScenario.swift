// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// A scenario with what a subject was seen to do in it: a trace, read as a whole.
public struct ObservedScenario {
  /// One operation and the records that answered it.
  struct Step {
    let operation: Operation
    var words: [UInt64] = []
  }

  /// The `domain` line.
  let domain: DomainConfiguration
  /// What came of it.
  private(set) var opening: [UInt64] = []
  private(set) var steps: [Step] = []

  /// Reads the trace of one scenario without a DMA layer, as `iopt record` prints it.
  public init(trace: String) throws(ScenarioError) {
    var reader = TraceReader(bytes: Array(trace.utf8), name: "a trace")
    var domain: DomainConfiguration?
    var words: [UInt64] = []
    while let statement = try reader.next(appendingTo: &words) {
      switch statement {
      case .scenario, .dma: break
      case .domain(let read): domain = read
      case .operation(let operation): steps.append(Step(operation: operation))
      case .observation:
        if steps.isEmpty {
          opening += words
        } else {
          steps[steps.count - 1].words += words
        }
        words.removeAll()
      }
    }
    self.domain = domain!
  }
}

extension [UInt64] {
  /// Calls `body` with each record in these words.
  func forEachRecord(_ body: (Record) -> Void) {
    withUnsafeBufferPointer { for record in RecordView($0) { body(record) } }
  }

  /// Whether a record of this kind is among them.
  func has(_ kind: EventKind) -> Bool {
    withUnsafeBufferPointer { RecordView($0).contains { $0.kind == kind } }
  }
}
