// SPDX-License-Identifier: GPL-2.0-only
import Log

/// The first table word that two sides changed in different ways, whatever runs of words it stands in:
/// how long those are says nothing about a fault.
struct ChangedWord: Sendable {
  /// What each side has there; nil where it left the word as it was.
  private(set) var left: UInt64?
  private(set) var right: UInt64?

  /// nil unless both lists begin with `pte` records.
  init?(_ left: RecordView, _ right: RecordView) {
    guard var one = Cursor(left), var other = Cursor(right) else { return nil }
    while true {
      guard let here = one.position, let there = other.position, here == there else {
        let isLeft = other.position.map { $0 > one.position ?? Position.none } ?? true
        if isLeft { self.left = one.value } else { self.right = other.value }
        return
      }
      if one.value != other.value {
        (self.left, self.right) = (one.value, other.value)
        return
      }
      one.step()
      other.step()
      if one.position == nil, other.position == nil { return nil }
    }
  }

  /// `pte value`, with the side on which the word is cleared; `pte/nothing`: only the left changed it.
  var signature: String {
    guard let left else { return "nothing/pte" }
    guard let right else { return "pte/nothing" }
    if left == 0 { return "pte 0 on the left" }
    return right == 0 ? "pte 0 on the right" : "pte value"
  }

  /// Where a word is; in the order in which changes are told.
  private struct Position: Comparable {
    var table: UInt64
    var index: UInt64

    /// Behind all others.
    static let none = Position(table: .max, index: .max)

    static func < (one: Position, other: Position) -> Bool {
      (one.table, one.index) < (other.table, other.index)
    }
  }

  /// Walks the words of `pte` records.
  private struct Cursor {
    private var view: RecordView
    private var record: PTERecord?
    private var index: UInt64 = 0

    /// nil when the first record is none of table words.
    init?(_ view: RecordView) {
      self.view = view
      next()
      if record == nil { return nil }
    }

    private mutating func next() {
      record = view.next().flatMap(PTERecord.init)
      index = record?.first ?? 0
    }

    var position: Position? { record.map { Position(table: $0.table, index: index) } }

    var value: UInt64? { record.map { $0.value &+ (index &- $0.first) &* $0.stride } }

    mutating func step() {
      guard let record else { return }
      if index < record.last { index += 1 } else { next() }
    }
  }
}
