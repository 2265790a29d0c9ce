// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// A table word that is not what the store records say.
public struct UntoldWord: Codable, Equatable, Sendable {
  /// Where it is.
  public var pa: UInt64
  /// What the records say, and what is there.
  public var told: UInt64
  public var found: UInt64

  /// A word at `pa`.
  public init(pa: UInt64, told: UInt64, found: UInt64) {
    self.pa = pa
    self.told = told
    self.found = found
  }
}

extension TableShadow {
  /// Whether a store was none, or memory does not hold what the operation at hand told.
  public var isFalse: Bool { fault != nil || firstFalseWord() != nil }

  /// The first word that the operation at hand told and that memory does not hold so.
  public func firstFalseWord() -> UntoldWord? {
    for index in 0..<touched.count {
      let range = touched[index]
      var first = range.lowerBound
      while first < range.upperBound {
        let slot = first / Self.wordsPerSlot
        let end = min(range.upperBound, (slot + 1) * Self.wordsPerSlot)
        // A freed table's words may not even be read.
        if isLive(slot), let word = firstDifference(first, end) { return word }
        first = end
      }
    }
    return nil
  }

  /// The first word of all tables that memory does not hold as told.
  public func firstUntoldWord() -> UntoldWord? {
    for slot in 0..<used where isLive(slot) {
      let first = slot * Self.wordsPerSlot
      if let word = firstDifference(first, first + Self.wordsPerSlot) { return word }
    }
    return nil
  }

  @inline(__always)
  private func firstDifference(_ first: Int, _ end: Int) -> UntoldWord? {
    if end - first == 1 {
      return told[first] == memory[first] ? nil : untold(first)
    }
    if memcmp(told + first, memory + first, (end - first) * 8) == 0 { return nil }
    return untold((first..<end).first { told[$0] != memory[$0] }!)
  }

  private func untold(_ word: Int) -> UntoldWord {
    UntoldWord(pa: ArenaLayout.address(ofWord: word), told: told[word], found: memory[word])
  }

  /// Slots that were in use in this scenario: what ``firstUntoldWord()`` costs.
  public var slotsUsed: Int { used }
}
