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
      if let word = firstDifference(slot: slot) { return word }
    }
    return nil
  }

  /// The first word of what is no table any more, or was passed over, that is not as the stores to it
  /// left it. For memory that may be read there too.
  public func firstChangeOutsideTables() -> UntoldWord? {
    for slot in 0..<used where !isLive(slot) {
      if let word = firstDifference(slot: slot) { return word }
    }
    return nil
  }

  /// Writes zeros over all words that were told. Where memory was seen to be as told, it is all zeros
  /// afterwards.
  public func clear(_ memory: UnsafeMutablePointer<UInt64>) {
    for slot in 0..<used {
      let told = wordsTold(in: slot)
      memset(memory + told.lowerBound, 0, told.count * 8)
    }
  }

  /// Most words of a slot were never told: they are zero, and what was told need not be read for that.
  private func firstDifference(slot: Int) -> UntoldWord? {
    let first = slot * Self.wordsPerSlot
    let told = wordsTold(in: slot)
    return firstNonzero(first, told.lowerBound)
      ?? firstDifference(told.lowerBound, told.upperBound)
      ?? firstNonzero(told.upperBound, first + Self.wordsPerSlot)
  }

  @inline(__always)
  private func firstNonzero(_ first: Int, _ end: Int) -> UntoldWord? {
    if memcmp(zeros, memory + first, (end - first) * 8) == 0 { return nil }
    return untold((first..<end).first { memory[$0] != 0 }!)
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
