// SPDX-License-Identifier: GPL-2.0-only

extension PTEDecoder {
  /// RISC-V Privileged Architecture, "Sv39" and following (page-table entry figure); Svnapot.
  static func riscv64(_ word: UInt64, level: Int) -> PTEDescription {
    let leaf = level == 0 || word & 0xe != 0
    let napot = word >> 63 & 1 != 0
    var ppn = word >> 10 & 0xfff_ffff_ffff
    var flags = flags(
      word,
      [
        (0, "V"), (1, "R"), (2, "W"), (3, "X"), (4, "U"), (5, "G"), (6, "A"), (7, "D"),
        (8, "RSW0"), (9, "RSW1"), (63, "N"),
      ])
    if leaf && napot {
      ppn &= ~0xf
      flags += " 64K"
    }
    return assemble(word, present: word & 1 != 0, isLeaf: leaf, pa: ppn << 12, flags: flags)
  }

  /// AMD I/O Virtualization Technology (IOMMU) Specification 48882, section 2.2.3.
  static func amdv1(_ word: UInt64, level: Int) -> PTEDescription {
    let nextLevel = word >> 9 & 7
    let leaf = level == 0 || nextLevel == 0 || nextLevel == 7
    var pa = word & 0xf_ffff_ffff_f000
    var flags = flags(word, [(0, "PR"), (5, "A"), (6, "D"), (60, "FC"), (61, "IR"), (62, "IW")])
    if nextLevel == 7 {
      let ones = (~(pa >> 12)).trailingZeroBitCount
      pa &= ~0 << (12 + UInt64(ones))
      flags += " size=2^\(ones + 13)"
    } else {
      flags += " NL=\(nextLevel)"
    }
    return assemble(word, present: word & 1 != 0, isLeaf: leaf, pa: pa, flags: flags)
  }

  /// Intel Virtualization Technology for Directed I/O, section 9.8 (second-stage entries).
  static func vtdss(_ word: UInt64, level: Int) -> PTEDescription {
    let leaf = level == 0 || (level <= 2 && word & 0x80 != 0)
    let flags = flags(
      word, [(0, "R"), (1, "W"), (7, "PS"), (8, "A"), (9, "D"), (10, "SW"), (11, "SNP")])
    return assemble(
      word, present: true, isLeaf: leaf, pa: word & 0xf_ffff_ffff_f000, flags: flags)
  }

  /// Intel 64 and IA-32 SDM volume 3, section 4.5 (4-level and 5-level paging).
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
