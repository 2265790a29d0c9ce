// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

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
  /// Both records, kind and all; empty where a list has ended.
  var left: [UInt64] = []
  var right: [UInt64] = []
  /// Which side has a record that the other lacks, when that is plain to see.
  private var extra = Extra.unclear
  /// The first table word that is not the same, when both records are of table words.
  private(set) var tableWord: ChangedWord?

  private enum Extra { case unclear, left, right, order }

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
    self.left = left.map { Array($0.words) } ?? []
    self.right = right.map { Array($0.words) } ?? []
    guard let left, let right, left.words[0] == right.words[0] else { return }
    argument = (1..<left.words.count).first { left.words[$0] != right.words[$0] }
    leftWord = argument.map { left.words[$0] } ?? 0
    rightWord = argument.map { right.words[$0] } ?? 0
  }

  private static func find(_ left: RecordView, _ right: RecordView) -> RecordDifference? {
    var (left, right) = (left, right)
    var index = 0
    while true {
      let (leftRest, rightRest) = (left, right)
      let (one, other) = (left.next(), right.next())
      if one == nil, other == nil { return nil }
      guard let one, let other, one.equals(other) else {
        var difference = RecordDifference(one, other)
        difference.index = index
        difference.findExtra(leftRest: left, rightRest: right)
        difference.tableWord = ChangedWord(leftRest, rightRest)
        return difference
      }
      index += 1
    }
  }

  /// A record is extra when what the other side has in its place comes later, and sooner than the
  /// other way about.
  private mutating func findExtra(leftRest: RecordView, rightRest: RecordView) {
    guard let leftKind, let rightKind else { return }
    if leftKind == rightKind { return findRepeated(leftRest: leftRest, rightRest: rightRest) }
    let toLeft = rightRest.enumerated().first { $1.rawKind == leftKind }?.offset ?? Int.max
    let toRight = leftRest.enumerated().first { $1.rawKind == rightKind }?.offset ?? Int.max
    if toLeft != toRight { extra = toLeft < toRight ? .right : .left }
  }

  /// Of one kind: whether either comes later on the other side.
  private mutating func findRepeated(leftRest: RecordView, rightRest: RecordView) {
    let leftComesLater = rightRest.contains { $0.words.elementsEqual(left) }
    let rightComesLater = leftRest.contains { $0.words.elementsEqual(right) }
    switch (leftComesLater, rightComesLater) {
    case (true, true): extra = .order
    case (true, false): extra = .right
    case (false, true): extra = .left
    case (false, false): break
    }
  }

  /// `sync[2] larger on the left`: one record with another argument; `sync/nothing`: a record that
  /// only the left side has; `sync/free`: another record; `free in another order`. `form` is how the
  /// statement's result is written.
  public func signature(_ form: ResultForm) -> String {
    if leftKind == EventKind.crash.rawValue { return "crash/no crash" }
    if rightKind == EventKind.crash.rawValue { return "no crash/crash" }
    if let tableWord { return tableWord.signature }
    let name = Self.name(leftKind)
    if extra == .order { return "\(name) in another order" }
    guard leftKind == rightKind, extra == .unclear else {
      let left = extra == .right ? "nothing" : name
      return "\(left)/\(extra == .left ? "nothing" : Self.name(rightKind))"
    }
    let words = [name + place, direction(form)]
    return words.filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Which argument; the first page stands for a list of pages.
  private var place: String {
    guard let argument else { return "" }
    guard let kind = leftKind.flatMap(EventKind.init), kind.schema.endsInPages else {
      return "[\(argument)]"
    }
    return "[\(min(argument, kind.argumentCount + 1))]"
  }

  /// The word after `=`; `nothing` for nil.
  public static func name(_ kind: UInt32?) -> String {
    guard let kind else { return "nothing" }
    return EventKind(rawValue: kind).map { "\($0.word)" } ?? "record \(kind)"
  }
}
