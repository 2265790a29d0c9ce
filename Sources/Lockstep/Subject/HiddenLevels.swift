// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

extension UnsafeMutablePointer<iopt_log> {
  /// Takes out what a domain without `detailed_gather` does not say: the levels of gathers, and the
  /// feature itself. Records that end behind the log's end are left as they are, for whoever checks
  /// them.
  func hideLevels() {
    guard let words = pointee.words else { return }
    let count = Int(pointee.count)
    var from = 0
    var to = 0
    while from < count {
      let kind = UInt32(truncatingIfNeeded: words[from])
      let size = min(1 + Int(words[from] >> 32), count - from)
      if kind == EventKind.info.rawValue, size > 6 {
        words[from + 6] &= ~UInt64(Features.detailedGather.rawValue)
      }
      if kind != EventKind.levels.rawValue {
        if to != from { for index in 0..<size { words[to + index] = words[from + index] } }
        to += size
      }
      from += size
    }
    pointee.count = UInt64(to)
  }
}
