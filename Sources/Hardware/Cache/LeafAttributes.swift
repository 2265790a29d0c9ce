// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What leaves' words should say beside where they lead to, in the operation at hand.
struct LeafAttributes {
  /// A leaf that is not so.
  struct Wrong {
    var iova: UInt64
    var level: Int
    var word: UInt64
    /// What is looked at, of the word, and what should stand there.
    var mask: UInt64
    var wanted: UInt64
  }

  /// Bits that say rights, memory type, snooping and encryption, and what they should be.
  private var mask: UInt64 = 0
  private var wanted: UInt64 = 0
  /// The same of all operations: what may not change where a leaf stays.
  private var lasting: UInt64 = 0
  private(set) var wrong: Wrong?

  /// Another operation begins, which asks for this.
  mutating func want(_ asked: AskedMemory, _ reader: TableReader, _ features: Features) {
    wrong = nil
    guard let prot = asked.prot else {
      mask = 0
      return
    }
    let bits = reader.attributes(prot: prot, features)
    // An address that has the encryption bit says nothing of encryption.
    mask = bits.mask & ~(reader.encryptionBit & asked.bits)
    wanted = bits.wanted
    lasting = bits.mask
  }

  /// A leaf was written, where there was none or another one.
  @inline(__always)
  mutating func check(_ word: UInt64, sizeLog2: Int, level: Int, at iova: @autoclosure () -> UInt64)
  {
    // Below its size a leaf's address has other meanings.
    let mask = mask & (~(1 << UInt64(min(sizeLog2, 63)) - 1) | 0xfff)
    if (word ^ wanted) & mask != 0, wrong == nil {
      wrong = Wrong(iova: iova(), level: level, word: word, mask: mask, wanted: wanted)
    }
  }

  /// A leaf was written anew that leads where it led.
  @inline(__always)
  mutating func check(
    _ word: UInt64, was old: UInt64, level: Int, at iova: @autoclosure () -> UInt64
  ) {
    if (word ^ old) & lasting != 0, wrong == nil {
      wrong = Wrong(iova: iova(), level: level, word: word, mask: lasting, wanted: old)
    }
  }
}

/// A leaf by which a device reaches a table's memory.
struct ExposingLeaf {
  /// Where it starts, what that translates to, and its bytes, log2.
  var iova: UInt64
  var pa: UInt64
  var sizeLog2: Int
  /// The slot of the table.
  var slot: Int
}
