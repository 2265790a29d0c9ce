// SPDX-License-Identifier: GPL-2.0-only

/// About how many table entries a scenario writes. An address that loses its alignment can turn
/// one large entry into hundreds of thousands of small ones: smaller to read, slow to run.
struct WorkEstimate {
  private var entries: UInt64 = 0

  /// What always is fair, entries: a few hundred microseconds.
  private static let little: UInt64 = 1 << 14

  init(_ scenario: Scenario) {
    let sizes = scenario.domain.pageSizes ?? .max
    for operation in scenario.operations {
      switch operation {
      case .map(let iova, let pa, let length, _), .mapRange(let iova, let pa, let length, _):
        add(length, alignment: iova | pa, pageSizes: sizes)
      case .dmaMap(_, let pa, let length, _, _), .dmaMapPhys(_, let pa, let length, _, _, _, _),
        .dmaIOVALink(_, _, let pa, let length, _, _):
        add(length, alignment: pa, pageSizes: sizes)
      case .dmaMapSG(_, _, let pieces, _), .dmaMapSGAttrs(_, _, let pieces, _, _):
        var space = ListSpace()
        for piece in pieces {
          if space.isWrapped(by: piece.length) {
            add(ListSpace.wrapped, alignment: 0x1000, pageSizes: sizes)
          }
          space.append(piece.length)
          add(piece.length, alignment: piece.pa, pageSizes: sizes)
        }
      default:
        break
      }
    }
  }

  /// Whether a candidate with this work may be run when the best scenario has `other`'s.
  func isFair(after other: WorkEstimate) -> Bool {
    entries <= max(other.entries, Self.little)
  }

  /// The largest entries of 1 GiB, 2 MiB and 4 KiB that fit.
  private mutating func add(_ length: UInt64, alignment: UInt64, pageSizes: UInt64) {
    let shift: UInt64 =
      [30, 21].first { shift in
        pageSizes >> shift != 0 && length >> shift != 0 && alignment & (1 << shift - 1) == 0
      } ?? 12
    let sum = entries.addingReportingOverflow(length >> shift)
    entries = sum.overflow ? .max : sum.partialValue
  }
}
