// SPDX-License-Identifier: GPL-2.0-only

/// Widths and a top as a compact configuration has them, and next to those: what a format's
/// initialisation mostly refuses, or takes with a table that is larger than the space.
struct OddShape {
  private(set) var va: UInt8
  private(set) var oa: UInt8
  /// nil in formats that have none.
  private(set) var top: UInt32?

  init(_ shape: Shape, oa: UInt8) {
    (va, top) = shape
    self.oa = oa
  }

  /// The header's bit without which there is none.
  static let mark: UInt64 = 1 << 15

  /// Whether the header asks for one. No meaning was given to these numbers before.
  static func isAsked(_ header: UInt64) -> Bool {
    guard header & mark != 0 else { return false }
    let rarity = header.bits(52, 4)
    return rarity == 6 || rarity == 8 || rarity == 10
  }

  /// Takes one of 16 steps aside. The number is that of the device's limit, too: the first four are
  /// those of a device without.
  mutating func twist(_ index: UInt64) {
    switch index {
    case 0: break
    case 1: va += 1
    case 2: va -= 1
    case 3: top? += 1
    case 4: top = top.map { _ in 0 }
    case 5: oa += 1
    case 6: oa -= 1
    case 7: (va, top) = (9, top.map { _ in 3 })
    case 8: (va, top) = (12, top.map { $0 + 1 })
    case 9: (va, top) = (13, top.map { _ in 0 })
    case 10: va = 21
    case 11: (va, top) = (30, top.map { _ in 1 })
    case 12: va = 64
    case 13: top = top.map { _ in 5 }
    case 14: (va, oa) = (oa, va)
    default: oa = 12
    }
  }
}
