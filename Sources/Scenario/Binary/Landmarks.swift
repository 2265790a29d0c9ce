// SPDX-License-Identifier: GPL-2.0-only

/// Addresses worth choosing: the edges of a domain's space, and what was mapped lately.
struct Landmarks {
  struct AddressRange {
    var start: UInt64
    var length: UInt64
    var end: UInt64 { start &+ length }
  }

  /// One past the last address of the input width; 0 when that is 2^64.
  private let end: UInt64
  /// One past the device's limit, or past the input width.
  private let limit: UInt64
  private var spans = InlineArray<8, AddressRange>(
    repeating: AddressRange(start: 0, length: 0x1000))
  private var next = 0

  init(_ domain: DomainConfiguration, _ dma: DMAConfiguration?) {
    end = 1 << UInt64(domain.va)
    limit = dma.map { $0.limit &+ 1 } ?? end
  }

  mutating func remember(_ span: AddressRange) {
    spans[next] = span
    next = (next + 1) & 7
  }

  /// The span that was remembered `age` before the last one (modulo 8).
  func recent(_ age: UInt64) -> AddressRange { spans[(next &- 1 &- Int(age & 7)) & 7] }

  /// An entry's edge on some level: bits 0-2 of `choice` choose the level, 3-5 the entry.
  func entry(_ choice: UInt64) -> UInt64 {
    let level: UInt64 =
      switch choice & 7 {
      case 0, 1: 12
      case 2: 16
      case 3, 4: 21
      case 5, 6: 30
      default: 39
      }
    return choice.bits(3, 3) << level
  }

  /// An edge of the space: bits 0-2 of `choice` choose it, 3-5 where `length` bytes lie to it.
  func edge(_ choice: UInt64, length: UInt64) -> UInt64 {
    let half = end == 0 ? 1 << 63 : end >> 1
    let point: UInt64 =
      switch choice & 7 {
      case 0: end
      case 1: half
      case 2: 0 &- half
      case 3: 0
      case 4: limit
      case 5: 1 << 32
      case 6: 0 &- end
      default: 1 << 39
      }
    return switch choice.bits(3, 3) {
    case 0: point
    case 1: point &- 0x1000
    case 2: point &+ 0x1000
    case 3: point &- ((length >> 1) & ~0xfff)
    default: point &- length
    }
  }
}
