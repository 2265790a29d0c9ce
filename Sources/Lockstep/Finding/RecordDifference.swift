// SPDX-License-Identifier: GPL-2.0-only
import Log

/// The first record in which two lists differ.
public struct RecordDifference: Sendable {
  /// The kinds there; nil where a list has ended.
  public private(set) var leftKind: UInt32?
  public private(set) var rightKind: UInt32?
  /// The first argument that differs, from 1, when both are of one kind and length.
  public private(set) var argument: Int?
  public private(set) var leftWord: UInt64 = 0
  public private(set) var rightWord: UInt64 = 0
  /// Where the records stand in their lists.
  public private(set) var index = 0
  /// Which side has a record that the other lacks, when the kinds differ and that is plain to see.
  private var extra = Extra.unclear

  private enum Extra { case unclear, left, right }

  /// nil when the lists are the same.
  public init?(_ left: [UInt64], _ right: [UInt64]) {
    let found = left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in Self.find(RecordView(left), RecordView(right)) }
    }
    guard let found else { return nil }
    self = found
  }

  private init(_ left: Record?, _ right: Record?) {
    leftKind = left?.rawKind
    rightKind = right?.rawKind
    guard let left, let right, left.words[0] == right.words[0] else { return }
    argument = (1..<left.words.count).first { left.words[$0] != right.words[$0] }
    leftWord = argument.map { left.words[$0] } ?? 0
    rightWord = argument.map { right.words[$0] } ?? 0
  }

  private static func find(_ left: RecordView, _ right: RecordView) -> RecordDifference? {
    var (left, right) = (left, right)
    var index = 0
    while true {
      let (one, other) = (left.next(), right.next())
      if one == nil, other == nil { return nil }
      guard let one, let other, one.equals(other) else {
        var difference = RecordDifference(one, other)
        difference.index = index
        difference.findExtra(leftRest: left, rightRest: right)
        return difference
      }
      index += 1
    }
  }

  /// A record is extra when what the other side has in its place comes later, and sooner than the
  /// other way about.
  private mutating func findExtra(leftRest: RecordView, rightRest: RecordView) {
    guard let leftKind, let rightKind, leftKind != rightKind else { return }
    let toLeft = rightRest.enumerated().first { $1.rawKind == leftKind }?.offset ?? Int.max
    let toRight = leftRest.enumerated().first { $1.rawKind == rightKind }?.offset ?? Int.max
    if toLeft != toRight { extra = toLeft < toRight ? .right : .left }
  }

  /// `sync[2]`: one record with another argument; `sync/nothing`: a record that the other side
  /// lacks; `sync/free`: another record; `sync/sync`: a list of another length.
  public var signature: String {
    if leftKind == EventKind.crash.rawValue { return "crash/no crash" }
    if rightKind == EventKind.crash.rawValue { return "no crash/crash" }
    let left = Self.name(extra == .right ? nil : leftKind)
    let right = Self.name(extra == .left ? nil : rightKind)
    guard let argument else { return "\(left)/\(right)" }
    // Which word of a page list or of a table differs says nothing about the fault.
    return leftKind == EventKind.pte.rawValue ? "pte" : "\(left)[\(min(argument, 5))]"
  }

  /// The word after `=`; `nothing` for nil.
  public static func name(_ kind: UInt32?) -> String {
    guard let kind else { return "nothing" }
    return EventKind(rawValue: kind).map { "\($0.word)" } ?? "record \(kind)"
  }
}
