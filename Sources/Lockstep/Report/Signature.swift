// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// What tells one fault from another: the kind of the first difference at which kind of operation.
/// Two failures with the same signature are taken for the same fault.
public struct Signature: Hashable, Sendable, CustomStringConvertible {
  /// The operation's word, or `domain`.
  public var operation: String
  /// What differs: `ret[1]`, `sync[2]`, `sync/nothing`, `crash/no crash`, `word`, …
  public var difference: String

  public var description: String { "\(operation): \(difference)" }
}

/// The first record in which two lists differ.
struct RecordDifference {
  /// The kinds there; nil where a list has ended.
  var leftKind: UInt32?
  var rightKind: UInt32?
  /// The first argument that differs, from 1, when both are of one kind and length.
  var argument: Int?
  var leftWord: UInt64 = 0
  var rightWord: UInt64 = 0
  /// Where the records stand in their lists.
  var index = 0
  /// Which side has a record that the other lacks, when the kinds differ and that is plain to see.
  private var extra = Extra.unclear

  private enum Extra { case unclear, left, right }

  /// nil when the lists are the same.
  init?(_ left: [UInt64], _ right: [UInt64]) {
    let found = left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in Self.find(RecordView(left), RecordView(right)) }
    }
    guard let found else { return nil }
    self = found
  }

  private init(_ left: RecordView.Record?, _ right: RecordView.Record?) {
    leftKind = left?.kind
    rightKind = right?.kind
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
      guard let one, let other, one.words.elementsEqual(other.words) else {
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
    let toLeft = rightRest.enumerated().first { $1.kind == leftKind }?.offset ?? Int.max
    let toRight = leftRest.enumerated().first { $1.kind == rightKind }?.offset ?? Int.max
    if toLeft != toRight { extra = toLeft < toRight ? .right : .left }
  }

  /// `sync[2]`: one record with another argument; `sync/nothing`: a record that the other side
  /// lacks; `sync/free`: another record; `sync/sync`: a list of another length.
  var signature: String {
    if leftKind == crashRecordKind { return "crash/no crash" }
    if rightKind == crashRecordKind { return "no crash/crash" }
    let left = Self.name(extra == .right ? nil : leftKind)
    let right = Self.name(extra == .left ? nil : rightKind)
    guard let argument else { return "\(left)/\(right)" }
    // Which word of a page list or of a table differs says nothing about the fault.
    return leftKind == pteRecordKind ? "pte" : "\(left)[\(min(argument, 5))]"
  }

  static func name(_ kind: UInt32?) -> String {
    guard let kind else { return "nothing" }
    return observationWord(kind) ?? "record \(kind)"
  }
}

/// `0x` and lower-case digits.
func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
