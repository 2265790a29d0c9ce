// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension LoweredScenario {
  /// A bound on the table entries, of all sizes, that the mappings of the scenario fill together. What
  /// is longer than all the addresses that there are is refused, and fills none; where something else
  /// refuses a mapping, it counts all the same.
  ///
  /// Inputs whose operations are exact are not bounded in what they ask for (``WorkBudget``), and a
  /// single one of them may ask for more than there is memory.
  public var mappedEntries: UInt64 {
    let inSmallest = sum { _, length in length >> 12 + 1 }
    guard inSmallest > Self.few else { return inSmallest }
    let budget = WorkBudget(DomainConfiguration(configuration))
    return sum { alike, length in budget.entries(length, alike: alike) }
  }

  /// So many are not looked at more closely.
  private static let few: UInt64 = 1 << 16

  private func sum(_ entries: (_ alike: Int, _ length: UInt64) -> UInt64) -> UInt64 {
    var sum: UInt64 = 0
    for index in 0..<count {
      let op = operations[index]
      switch UInt32(op.kind) {
      case IOPT_OP_MAP.rawValue, IOPT_OP_MAP_RANGE.rawValue:
        add(op.len, room: room(nil), (op.iova ^ op.pa).trailingZeroBitCount)
      case IOPT_OP_DMA_MAP.rawValue, IOPT_OP_DMA_MAP_PHYS.rawValue:
        add(op.len, room: room(op), Self.alike(0, op.pa))
      case IOPT_OP_DMA_IOVA_LINK.rawValue:
        add(op.len, room: room(nil), Self.alike(op.offset, op.pa))
      case IOPT_OP_DMA_MAP_SG.rawValue, IOPT_OP_DMA_MAP_SG_ATTRS.rawValue:
        var offset: UInt64 = 0
        for piece in UnsafeBufferPointer(start: op.pieces, count: Int(op.piece_count)) {
          add(piece.len, room: room(op), Self.alike(offset, piece.pa))
          offset &+= piece.len
        }
      default: break
      }
    }
    return sum

    func add(_ length: UInt64, room: UInt64, _ alike: Int) {
      guard length > 0, length - 1 <= room else { return }
      let (more, isTooMuch) = sum.addingReportingOverflow(entries(alike, length))
      sum = isTooMuch ? .max : more
    }
  }

  /// In how many of the lowest bits addresses are alike: of a buffer at `pa` that is mapped so many
  /// bytes behind an IOVA which is aligned to its size, by whole pages.
  private static func alike(_ offset: UInt64, _ pa: UInt64) -> Int {
    ((offset ^ pa) & ~0xfff).trailingZeroBitCount
  }

  /// The largest address that a mapping may have: the input's, or what the device reaches.
  private func room(_ op: iopt_op?) -> UInt64 {
    let all = configuration.va_lg2 < 64 ? 1 << UInt64(configuration.va_lg2) - 1 : UInt64.max
    guard let op else { return all }
    return min(all, op.has_limit != 0 ? op.limit : configuration.dma.limit)
  }
}
