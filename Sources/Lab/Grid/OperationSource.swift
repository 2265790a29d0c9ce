// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// Operations one after another, of a workload or of a file's scenarios. The buffer is the same all the
/// time.
final class OperationSource {
  private var buffer = LoweredScenario()
  private var next = 0
  private let workload: (any Workload)?
  private var reader: FileOperations?

  init(_ workload: any Workload) { self.workload = workload }

  init(_ reader: consuming TraceReader) {
    workload = nil
    self.reader = FileOperations(reader)
  }

  /// The next one, valid until the next call; nil at the end of each of a file's scenarios.
  func nextOperation() throws -> UnsafePointer<iopt_op>? {
    if next == buffer.count {
      buffer.removeAll()
      next = 0
      // A step may be without operations, such as a packet whose page stays mapped.
      while buffer.count == 0 {
        if let workload {
          workload.step(&buffer)
        } else {
          guard let operation = try reader?.next() else { return nil }
          buffer.append(operation)
        }
      }
    }
    defer { next += 1 }
    return UnsafePointer(buffer.operations + next)
  }
}

/// The operations of a file's scenarios; nil stands at the end of each.
final class FileOperations {
  private var reader: TraceReader
  private var begun = false

  init(_ reader: consuming TraceReader) { self.reader = reader }

  func next() throws(ScenarioError) -> Operation? {
    while let statement = try reader.nextSkippingObservations() {
      switch statement {
      case .operation(let operation): return operation
      case .scenario where begun: return nil
      case .scenario: begun = true
      default: continue
      }
    }
    return nil
  }
}
