// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Log
import ScenarioLanguage

extension Finding {
  /// The first difference told in a line, nil when no observations differ.
  var explanation: String? {
    guard case .observations(let left, let right) = evidence,
      let difference = RecordDifference(left.words, right.words)
    else { return nil }
    return Explanation(left: left, right: right, difference: difference).text
  }
}

/// Puts the first difference of two lists of observations into words.
private struct Explanation {
  let left: Finding.Side
  let right: Finding.Side
  let difference: RecordDifference

  var text: String {
    let one = left.observation(difference.index)
    let other = right.observation(difference.index)
    guard let argument = difference.argument, let kind, kind != .result else {
      return length ?? "\(left.name) has \(one), \(right.name) has \(other)"
    }
    return "\(kind.word), \(kind.schema.name(ofArgument: argument - 1)): "
      + "\(hex(difference.leftWord)) (\(left.name)), \(hex(difference.rightWord)) (\(right.name))"
      + bits + pages
  }

  private var kind: EventKind? { difference.leftKind.flatMap(EventKind.init) }

  /// For table words: which bits are not the same.
  private var bits: String {
    guard let kind, let argument = difference.argument, kind == .pte,
      kind.schema.arguments[argument - 1].name == "value"
    else { return "" }
    let changed = difference.leftWord ^ difference.rightWord
    let bits = (0..<64).filter { changed >> UInt64($0) & 1 != 0 }.map(String.init)
    return bits.count == 1
      ? "; bit \(bits[0]) differs" : "; bits \(bits.joined(separator: ", ")) differ"
  }

  /// For freelists that are not of one length.
  private var length: String? {
    guard let kind, difference.leftKind == difference.rightKind, kind.schema.endsInPages,
      let one = left.pages(difference.index), let other = right.pages(difference.index)
    else { return nil }
    return "\(kind.word), pages in the list: \(one.count) (\(left.name)),"
      + " \(other.count) (\(right.name))"
  }

  /// For freelists: whether it is only their order.
  private var pages: String {
    guard let kind, kind.schema.endsInPages,
      let argument = difference.argument, argument > kind.schema.arguments.count,
      let one = left.pages(difference.index), let other = right.pages(difference.index),
      one.sorted() == other.sorted()
    else { return "" }
    return "; the same pages in another order"
  }
}

extension Finding.Side {
  /// The observation in quotes, without its `=`, cut when it is long.
  fileprivate func observation(_ index: Int) -> String {
    let lines = linesByRecord
    guard index < lines.count else { return index == 0 ? "nothing" : "nothing more" }
    guard let line = lines[index...].first(where: { $0 != nil }) ?? nil else { return "levels" }
    let text = line.text.dropFirst(2)
    return text.count > 60 ? "`\(text.prefix(60))…`" : "`\(text)`"
  }

  /// The list of pages that an observation ends in.
  fileprivate func pages(_ index: Int) -> [UInt64]? {
    words.withUnsafeBufferPointer { buffer in
      RecordView(buffer).dropFirst(index).first { _ in true }.map { Array($0.pages) }
    }
  }
}
