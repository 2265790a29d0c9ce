// SPDX-License-Identifier: GPL-2.0-only
import Log
import SubjectABI

/// What one lane did in the scenario at hand and a judge has not taken in, since another lane did the
/// same and was judged.
struct Backlog: ~Copyable {
  private struct Step: BitwiseCopyable {
    /// nil: the domain was opened.
    var operation: UnsafePointer<iopt_op>?
    /// Words of its log.
    var count: Int
  }

  private let steps = PlainBuffer<Step>(capacity: 256)
  private let words = PlainBuffer<UInt64>(capacity: 1 << 13)

  func removeAll() {
    steps.cut(to: 0)
    words.cut(to: 0)
  }

  /// Keeps a copy of the log, and of the operation where it is.
  func append(_ operation: UnsafePointer<iopt_op>?, _ log: UnsafeBufferPointer<UInt64>) {
    steps.extend(by: 1).initialize(to: Step(operation: operation, count: log.count))
    guard let start = log.baseAddress, log.count > 0 else { return }
    words.extend(by: log.count).update(from: start, count: log.count)
  }

  /// In the order in which things were done.
  func forEach(_ body: (UnsafePointer<iopt_op>?, RecordView) -> Void) {
    var first = 0
    for step in steps.elements {
      let log = words.elements[first..<first + step.count]
      body(step.operation, RecordView(UnsafeBufferPointer(rebasing: log)))
      first += step.count
    }
  }
}
