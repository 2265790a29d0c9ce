// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

extension RecordDifference {
  /// Which of two records of one kind has more, in words; empty where neither has, or where the
  /// numbers say nothing, as addresses of tables do.
  func direction(_ form: ResultForm) -> String {
    guard let kind = leftKind.flatMap(EventKind.init), left.count > kind.argumentCount,
      right.count > kind.argumentCount
    else { return left.count == right.count ? "" : larger(left.count, right.count, "longer") }
    guard let argument else { return larger(left.count, right.count, "more pages") }
    if let first = kind.firstOfRange, argument == first || argument == first + 1 {
      return range(first)
    }
    guard argument <= kind.argumentCount else {
      let pages = kind.argumentCount + 1
      return left[pages...].sorted() == right[pages...].sorted() ? "in another order" : ""
    }
    if kind == .result, argument == 1 { return result(form) }
    return direction(of: kind.schema.arguments[argument - 1])
  }

  private func direction(of argument: EventSchema.Argument) -> String {
    switch argument.unit {
    case .bytes, .count, .milliseconds, .log2: larger(leftWord, rightWord)
    case .flag: larger(leftWord, rightWord, "set")
    case .address: argument.name == "IOVA" ? larger(leftWord, rightWord) : ""
    case .bits where leftWord & rightWord == rightWord: "more on the left"
    case .bits where leftWord & rightWord == leftWord: "more on the right"
    case .bits, .word, .result: ""
    }
  }

  private func larger<Number: Comparable>(
    _ left: Number, _ right: Number, _ word: String = "larger"
  ) -> String { "\(word) on the \(left > right ? "left" : "right")" }

  /// Two ranges whose first and last address are arguments `first` and the next one. All addresses are
  /// a case of their own: a range of no bytes at 0 is written so.
  private func range(_ first: Int) -> String {
    let spans = [left, right].map { words -> UInt64? in
      words[first] > words[first + 1] ? nil : words[first + 1] - words[first]
    }
    if spans[0] == spans[1] { return spans[0] == nil ? "" : "elsewhere" }
    if spans[0] == .max { return "everything on the left" }
    if spans[1] == .max { return "everything on the right" }
    guard let one = spans[0] else { return "empty on the left" }
    guard let other = spans[1] else { return "empty on the right" }
    return larger(one, other)
  }

  /// The value of two `ret` records: errnos by their names, since those tell causes apart.
  private func result(_ form: ResultForm) -> String {
    switch form {
    case .errno, .errnoAndMapped: "\(Self.errno(leftWord))/\(Self.errno(rightWord))"
    case .dmaAddress where leftWord == .max, .iova where leftWord == .max: "error on the left"
    case .dmaAddress where rightWord == .max, .iova where rightWord == .max: "error on the right"
    case .number where leftWord == 0: "0 on the left"
    case .number where rightWord == 0: "0 on the right"
    case .number, .dmaAddress, .iova, .absent: larger(leftWord, rightWord)
    }
  }

  private static func errno(_ result: UInt64) -> String {
    if result == 0 { return "0" }
    let negative = Int64(bitPattern: result)
    return negative < 0 && negative >= -4095 ? Errno.text(Int32(-negative)) : "no errno"
  }
}

extension EventKind {
  /// The number of the argument, from 1, with which a range begins whose last address is the next
  /// one; nil for records that name none.
  fileprivate var firstOfRange: Int? {
    switch self {
    case .sync: 1
    case .gather: 2
    default: nil
    }
  }
}
