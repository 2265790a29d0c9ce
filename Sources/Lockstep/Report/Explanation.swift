// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

extension Divergence {
  /// The first difference told in a line, nil when the records are the same.
  var explanation: String? {
    guard let difference = recordDifference else { return nil }
    let one = left.observation(difference.index)
    let other = right.observation(difference.index)
    guard let argument = difference.argument, difference.leftKind != retKind else {
      return lengthExplanation(difference) ?? "\(left.name) has \(one), \(right.name) has \(other)"
    }
    let kind = RecordDifference.name(difference.leftKind)
    return "\(kind), \(Self.argumentName(difference.leftKind, argument)): "
      + "\(hex(difference.leftWord)) (\(left.name)), \(hex(difference.rightWord)) (\(right.name))"
      + bitsExplanation(difference) + pagesExplanation(difference)
  }

  private var retKind: UInt32 { UInt32(IOPT_EVENT_RET.rawValue) }

  /// For table words: which bits are not the same.
  private func bitsExplanation(_ difference: RecordDifference) -> String {
    guard difference.leftKind == pteRecordKind, difference.argument == 4 else { return "" }
    let changed = difference.leftWord ^ difference.rightWord
    let bits = (0..<64).filter { changed >> UInt64($0) & 1 != 0 }.map(String.init)
    return bits.count == 1
      ? "; bit \(bits[0]) differs" : "; bits \(bits.joined(separator: ", ")) differ"
  }

  /// For freelists that are not of one length.
  private func lengthExplanation(_ difference: RecordDifference) -> String? {
    guard let kind = difference.leftKind, kind == difference.rightKind,
      let first = Self.firstPage[kind],
      let one = left.pages(difference.index, from: first),
      let other = right.pages(difference.index, from: first)
    else { return nil }
    return "\(RecordDifference.name(kind)), pages in the list: \(one.count) (\(left.name)),"
      + " \(other.count) (\(right.name))"
  }

  /// For freelists: whether it is only their order.
  private func pagesExplanation(_ difference: RecordDifference) -> String {
    guard let kind = difference.leftKind, let first = Self.firstPage[kind],
      (difference.argument ?? first) >= first,
      let one = left.pages(difference.index, from: first),
      let other = right.pages(difference.index, from: first), one.sorted() == other.sorted()
    else { return "" }
    return "; the same pages in another order"
  }

  /// Where the list of pages begins in the records that end in one.
  private static let firstPage = [
    UInt32(IOPT_EVENT_SYNC.rawValue): 3, UInt32(IOPT_EVENT_QUEUE.rawValue): 5,
    UInt32(IOPT_EVENT_GATHER.rawValue): 5,
  ]

  /// What the arguments of records are called, from the first.
  private static let argumentNames: [UInt32: [String]] = [
    UInt32(IOPT_EVENT_ALLOC.rawValue): ["address", "size"],
    UInt32(IOPT_EVENT_FREE.rawValue): ["address"],
    UInt32(IOPT_EVENT_INCOHERENT.rawValue): ["address", "on"],
    UInt32(IOPT_EVENT_CLEAN.rawValue): ["address", "length"],
    UInt32(IOPT_EVENT_TOP.rawValue): ["address", "level"],
    UInt32(IOPT_EVENT_SYNC.rawValue): ["start", "last"],
    UInt32(IOPT_EVENT_DIRTY.rawValue): ["IOVA", "length"],
    UInt32(IOPT_EVENT_INFO.rawValue): [
      "pgsizes", "first", "last", "top", "level", "features", "va", "oa",
    ],
    UInt32(IOPT_EVENT_IOVA_ALLOC.rawValue): ["IOVA", "length"],
    UInt32(IOPT_EVENT_IOVA_NONE.rawValue): ["length"],
    UInt32(IOPT_EVENT_IOVA_FREE.rawValue): ["IOVA", "length"],
    UInt32(IOPT_EVENT_QUEUE.rawValue): ["CPU", "IOVA", "length", "counter"],
    UInt32(IOPT_EVENT_TIMER_ON.rawValue): ["time"],
    UInt32(IOPT_EVENT_TIMER_FIRE.rawValue): ["time"],
    UInt32(IOPT_EVENT_DEPOT_WORK.rawValue): ["time"],
    UInt32(IOPT_EVENT_GATHER.rawValue): ["gather", "start", "last", "queued"],
    pteRecordKind: ["table", "first index", "last index", "value", "stride"],
  ]

  /// `argument` counts from 1.
  private static func argumentName(_ kind: UInt32?, _ argument: Int) -> String {
    guard let kind, let names = argumentNames[kind] else { return "argument \(argument)" }
    if argument <= names.count { return names[argument - 1] }
    return "page \(argument - names.count) of the list"
  }
}

extension Divergence.Side {
  /// The observation in quotes, without its `=`, cut when it is long.
  fileprivate func observation(_ index: Int) -> String {
    guard index < lines.count else { return index == 0 ? "nothing" : "nothing more" }
    let text = lines[index].text.dropFirst(2)
    return text.count > 60 ? "`\(text.prefix(60))…`" : "`\(text)`"
  }

  /// The words from argument `first` of a record on.
  fileprivate func pages(_ index: Int, from first: Int) -> [UInt64]? {
    words.withUnsafeBufferPointer { buffer in
      RecordView(buffer).dropFirst(index).first { _ in true }.map {
        Array($0.words.dropFirst(first))
      }
    }
  }
}
