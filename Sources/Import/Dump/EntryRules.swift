// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What an entry of VT-d's tables may not look like. Sections are those of the Intel Virtualization
/// Technology for Directed I/O specification: 9.7 "First-Stage Paging Entries", 9.8 "Second-Stage
/// Paging Entries".
struct EntryRules {
  private let isFirstStage: Bool
  /// Output address width in bits; address bits from here to 51 are reserved.
  private let width: UInt64

  init(_ domain: DomainConfiguration) {
    isFirstStage = domain.format == .x8664
    width = UInt64(domain.oa)
  }

  /// What breaks the format's rules in an entry, a phrase each. `isLeaf`: the walk ends here.
  func breaches(_ word: UInt64, level: Int, isLeaf: Bool) -> [String] {
    var found: [String] = []
    if !isPresent(word) { found.append("is not present") }
    if width < 52, word & (((1 << 52) - 1) & ~((1 << width) - 1)) != 0 {
      found.append("has address bits above the host's width of \(width)")
    }
    if level >= 3 {
      if word & 0x80 != 0 { found.append("has bit 7 set, which is reserved at this level") }
      if isLeaf {
        found.append("would map a page of 2^\(TableEntry.itemLog2(level)) bytes, which is no size")
      }
    } else if level > 0, isLeaf {
      if word & 0x80 == 0 { found.append("ends the walk without PS (bit 7)") }
      found += misalignment(word, level)
    }
    return found
  }

  private func isPresent(_ word: UInt64) -> Bool { word & (isFirstStage ? 1 : 3) != 0 }

  /// The address bits below a large page's size are reserved; bit 12 is PAT in the first stage.
  private func misalignment(_ word: UInt64, _ level: Int) -> [String] {
    let size = UInt64(1) << UInt64(TableEntry.itemLog2(level))
    var below = (size - 1) & ~0xfff
    if isFirstStage { below &= ~(1 << 12) }
    let set = word & below
    return set == 0
      ? []
      : ["is a large page that is not aligned: reserved bits 0x\(String(set, radix: 16)) are set"]
  }
}
