// SPDX-License-Identifier: GPL-2.0-only

extension PTEDecoder {
  /// RISC-V Privileged Architecture: section 12.4.1, figure "Sv39 page table entry" (the same for
  /// Sv48 and Sv57), for the positions; section 12.3.1 for bits 9 to 0; chapter 13 (Svnapot) for N.
  static func riscv64(_ word: UInt64, level: Int) -> PTEDescription {
    // R, W, X: 12.3.1, "Encoding of PTE R/W/X fields". N: chapter 13. PPN, bits 53 to 10: 12.4.1.
    let leaf = level == 0 || word & 0xe != 0
    let napot = word >> 63 & 1 != 0
    var ppn = word >> 10 & 0xfff_ffff_ffff
    var flags = flags(
      word,
      [
        (0, "V"), (1, "R"), (2, "W"), (3, "X"), (4, "U"), (5, "G"), (6, "A"), (7, "D"),
        (8, "RSW0"), (9, "RSW1"), (63, "N"),
      ])
    // Chapter 13, "Page table entry encodings when pte.N=1": the low four bits code the size.
    if leaf && napot {
      ppn &= ~0xf
      flags += " 64K"
    }
    return assemble(word, present: word & 1 != 0, isLeaf: leaf, pa: ppn << 12, flags: flags)
  }

  /// AMD I/O Virtualization Technology (IOMMU) Specification 48882, section 2.2.3: the tables "I/O
  /// Page Translation Entry (PTE) Fields, PR=1" (all bits named here) and "I/O Page Directory Entry
  /// (PDE) Fields, PR=1" (PR, Next Level, address, IR and IW).
  static func amdv1(_ word: UInt64, level: Int) -> PTEDescription {
    // Next Level, bits 11 to 9, and the address, bits 51 to 12: both tables.
    let nextLevel = word >> 9 & 7
    let leaf = level == 0 || nextLevel == 0 || nextLevel == 7
    var pa = word & 0xf_ffff_ffff_f000
    var flags = flags(word, [(0, "PR"), (5, "A"), (6, "D"), (60, "FC"), (61, "IR"), (62, "IW")])
    // 2.2.3, "Example Page Size Encodings".
    if nextLevel == 7 {
      let ones = (~(pa >> 12)).trailingZeroBitCount
      pa &= ~0 << (12 + UInt64(ones))
      flags += " size=2^\(ones + 13)"
    } else {
      flags += " NL=\(nextLevel)"
    }
    return assemble(word, present: word & 1 != 0, isLeaf: leaf, pa: pa, flags: flags)
  }

  /// Intel Virtualization Technology for Directed I/O, section 9.8, figure 9-8: R, W and A in every
  /// entry, PS in SS-PDPE and SS-PDE, D and SNP in what maps a page. Bit 10 is ignored by hardware
  /// and used by software; the address ends at bit 51 or the host's width.
  static func vtdss(_ word: UInt64, level: Int) -> PTEDescription {
    let leaf = level == 0 || (level <= 2 && word & 0x80 != 0)
    let flags = flags(
      word, [(0, "R"), (1, "W"), (7, "PS"), (8, "A"), (9, "D"), (10, "SW"), (11, "SNP")])
    return assemble(
      word, present: true, isLeaf: leaf, pa: word & 0xf_ffff_ffff_f000, flags: flags)
  }

  /// Intel 64 and IA-32 SDM volume 3A, section 4.5 "4-Level Paging and 5-Level Paging", tables 4-14
  /// to 4-20: P, R/W, U/S, A, XD and the address (up to bit 51) in every entry, PS in PDPTE and PDE
  /// (in a PTE bit 7 is PAT), D in what maps a page. Bit 9 is ignored by hardware and used by
  /// software.
  static func x8664(_ word: UInt64, level: Int) -> PTEDescription {
    let leaf = level == 0 || (level <= 2 && word & 0x80 != 0)
    let flags = flags(
      word,
      [
        (0, "P"), (1, "RW"), (2, "U"), (5, "A"), (6, "D"), (7, "PS"), (9, "SW"), (63, "XD"),
      ])
    return assemble(
      word, present: word & 1 != 0, isLeaf: leaf, pa: word & 0xf_ffff_ffff_f000, flags: flags)
  }
}
