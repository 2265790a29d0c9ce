// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// Whole table words as the specifications, and what the kernel asks of each format, have them.
struct ExpectedWord {
  let domain: DomainConfiguration

  /// The bit that memory encryption sets in links and in leaves of memory. AMDv1 encrypts in every
  /// build, x86-64 with its feature.
  private var encryption: UInt64 {
    guard domain.format == .amdv1 || domain.features.contains(.x8664AMDEncryptTables),
      let bit = domain.encryptionBit
    else { return 0 }
    return Self.bit(bit)
  }

  private var unknown: UInt64 {
    Issue.record("what a word of \(domain.format) must be is not written down here")
    return 0
  }

  private static func bit(_ number: UInt8) -> UInt64 { 1 << UInt64(number) }

  private static func bits(_ numbers: UInt8...) -> UInt64 {
    numbers.reduce(0) { $0 | bit($1) }
  }

  /// The level in which a page of this size lies, and whether it is one item of it.
  private func place(_ sizeLog2: Int) -> (level: Int, isWhole: Bool) {
    ((sizeLog2 - 12) / 9, (sizeLog2 - 12) % 9 == 0)
  }

  func leaf(_ pa: UInt64, sizeLog2: Int, _ prot: Protection) -> UInt64 {
    let (level, isWhole) = place(sizeLog2)
    switch domain.format {
    case .riscv64: return Self.riscv64(pa, isNAPOT: !isWhole, prot)
    case .amdv1: return amdv1(pa, sizeLog2, isWhole: isWhole, prot)
    case .vtdss: return vtdss(pa, level, prot)
    case .x8664: return x8664(pa, level, prot)
    default: return unknown
    }
  }

  /// Privileged architecture, Sv39: V 0, R 1, W 2, X 3, U 4, G 5, A 6, D 7, PPN from 10. Writing
  /// without reading is reserved. Svnapot: N 63, 64 KiB has 1000 in the low bits of its number.
  private static func riscv64(_ pa: UInt64, isNAPOT: Bool, _ prot: Protection) -> UInt64 {
    var word = (pa >> 12) << 10 | bits(0, 4, 6)
    if prot.contains(.read) { word |= bit(1) }
    if prot.contains(.write) { word |= bits(1, 2, 7) }
    if !prot.contains(.noExec) { word |= bit(3) }
    if isNAPOT { word |= bit(63) | 0b1000 << 10 }
    return word
  }

  /// 48882, 2.2.3: PR 0, Next Level 9 to 11 (7: the size is in the address), FC 60, IR 61, IW 62. An
  /// address that codes 2 to the power of s has ones up to bit s - 2.
  private func amdv1(
    _ pa: UInt64, _ sizeLog2: Int, isWhole: Bool, _ prot: Protection
  ) -> UInt64 {
    var word = pa | Self.bits(0, 60)
    if prot.contains(.read) { word |= Self.bit(61) }
    if prot.contains(.write) { word |= Self.bit(62) }
    if !prot.contains(.mmio) { word |= encryption }
    if !isWhole { word |= 7 << 9 | ((1 << UInt64(sizeLog2 - 1)) - 1) & ~0xfff }
    return word
  }

  /// VT-d 9.8: R 0, W 1, PS 7, SNP 11. X (2), EMT and IPAT (3 to 6), A (8) and D (9) stay clear.
  private func vtdss(_ pa: UInt64, _ level: Int, _ prot: Protection) -> UInt64 {
    var word = pa
    if prot.contains(.read) { word |= Self.bit(0) }
    if prot.contains(.write) { word |= Self.bit(1) }
    if level > 0 { word |= Self.bit(7) }
    if domain.features.contains(.vtdssForceCoherence) { word |= Self.bit(11) }
    return word
  }

  /// SDM volume 3, 4.5: P 0, R/W 1, U/S 2, A 5, D 6, PS 7. XD (63) stays clear whatever is asked.
  private func x8664(_ pa: UInt64, _ level: Int, _ prot: Protection) -> UInt64 {
    var word = pa | Self.bits(0, 2, 5)
    if prot.contains(.write) { word |= Self.bits(1, 6) }
    if level > 0 { word |= Self.bit(7) }
    if !prot.contains(.mmio) { word |= encryption }
    return word
  }

  /// The link to the table at `pa`, of level `level`. `isMarked`: an incoherent walker's, which says
  /// in a software bit that it was written back.
  func link(to pa: UInt64, level: Int, isMarked: Bool) -> UInt64 {
    switch domain.format {
    case .riscv64:
      // U, A and D of a link are reserved, and R W X zero.
      return (pa >> 12) << 10 | Self.bit(0)
    case .amdv1:
      // A table of level 0 here is one of the specification's mode 1.
      return pa | Self.bits(0, 61, 62) | UInt64(level + 1) << 9 | encryption
    case .vtdss:
      return pa | Self.bits(0, 1) | (isMarked ? Self.bit(10) : 0)
    case .x8664:
      return pa | Self.bits(0, 1, 2, 5) | (isMarked ? Self.bit(9) : 0) | encryption
    default: return unknown
    }
  }
}
