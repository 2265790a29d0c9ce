// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension TextBuffer {
  /// Appends the canonical `=` line of one record: a header and its arguments. `form` says how the
  /// statement that caused it writes its result. A store prints nothing. A record that the
  /// language has no form for prints as `= record KIND ARGUMENT…`, which no reader accepts.
  public mutating func appendRecord(_ record: UnsafeBufferPointer<UInt64>, form: ResultForm) {
    fatalError()
  }

  /// Appends the lines of all records in `words`, one after another.
  public mutating func appendRecords(_ words: UnsafeBufferPointer<UInt64>, form: ResultForm) {
    fatalError()
  }
}
