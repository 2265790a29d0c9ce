// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// A table word as the hardware's specification reads it.
public enum HardwareEntry: Equatable, Sendable {
  case empty
  /// The walk goes on in the table at this physical address.
  case table(pa: UInt64)
  /// The word translates, alone or as an item of an entry of `sizeLog2` bytes at `pa`.
  case leaf(pa: UInt64, sizeLog2: Int)

  /// Reads `word` at `level` (0: the last). `encryption` is the mask of the encryption bit, which
  /// is no part of an address (AMD64 APM volume 2, section 7.10 "Secure Memory Encryption").
  public init(_ format: Format, _ word: UInt64, level: Int, encryption: UInt64) {
    let plain = word & ~encryption
    self =
      switch format {
      case .riscv64: Self.riscv64(plain, level)
      case .amdv1: Self.amdv1(plain, level)
      case .vtdss: Self.vtdss(plain, level)
      case .x8664: Self.firstStage(plain, level)
      }
  }

  /// Bytes, as a power of two, that one word of a table at `level` covers.
  public static func itemLog2(_ level: Int) -> Int { 12 + 9 * level }

  /// Address bits 51 to 12: AMD 48882 section 2.2.3 (page and next table address), VT-d section 9.8
  /// (ADDR), SDM section 4.5 (physical address, below its greatest width).
  private static let page: UInt64 = 0x000f_ffff_ffff_f000

  /// RISC-V privileged architecture, section 12.4.1, figure "Sv39 page table entry": V bit 0, R W X
  /// bits 1 to 3 tell a leaf (12.3.1, "Encoding of PTE R/W/X fields"), PPN bits 10 to 53; N bit 63
  /// and the four PPN bits that it takes: chapter 13, "Svnapot".
  private static func riscv64(_ word: UInt64, _ level: Int) -> Self {
    guard word & 1 != 0 else { return .empty }
    let number = word >> 10 & ((1 << 44) - 1)
    guard word & 0b1110 != 0 else { return .table(pa: number << 12) }
    if level == 0, word >> 63 != 0 {
      return .leaf(pa: (number & ~0xf) << 12, sizeLog2: 16)
    }
    return .leaf(pa: number << 12, sizeLog2: itemLog2(level))
  }

  /// AMD IOMMU specification 48882, 2.2.3 "I/O Page Tables for Host Translations", tables "I/O Page
  /// Translation Entry (PTE) Fields, PR=1" and "I/O Page Directory Entry (PDE) Fields, PR=1": PR
  /// bit 0, Next Level bits 9 to 11 (0: a page of the level's own size, 7: the size is coded by the
  /// address's lowest ones, table "Example Page Size Encodings").
  private static func amdv1(_ word: UInt64, _ level: Int) -> Self {
    guard word & 1 != 0 else { return .empty }
    switch word >> 9 & 7 {
    case 0: return .leaf(pa: word & page, sizeLog2: itemLog2(level))
    case 7:
      let number = (word & page) >> 12
      let ones = (~number).trailingZeroBitCount
      return .leaf(pa: (number & (number &+ 1)) << 12, sizeLog2: 13 + ones)
    default: return .table(pa: word & page)
    }
  }

  /// Intel VT-d, 9.8 "Second-Stage Paging Entries", figure 9-8: R bit 0, W bit 1 (neither: not
  /// present, section 3.7), PS bit 7 of SS-PDPE and SS-PDE.
  private static func vtdss(_ word: UInt64, _ level: Int) -> Self {
    guard word & 3 != 0 else { return .empty }
    guard level == 0 || word & 0x80 != 0 else { return .table(pa: word & page) }
    return .leaf(pa: word & page, sizeLog2: itemLog2(level))
  }

  /// Intel SDM volume 3A, 4.5, tables 4-14 to 4-20: P bit 0, PS bit 7 above the last level (tables
  /// 4-16 to 4-19).
  private static func firstStage(_ word: UInt64, _ level: Int) -> Self {
    guard word & 1 != 0 else { return .empty }
    guard level == 0 || word & 0x80 != 0 else { return .table(pa: word & page) }
    return .leaf(pa: word & page, sizeLog2: itemLog2(level))
  }
}
