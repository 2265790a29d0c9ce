// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// Reads the table words of one domain.
public struct TableReader: Sendable {
  private let format: any FormatDescription.Type
  /// The encryption bit itself, 0 when none is in force. It is no part of an address (AMD64 APM
  /// volume 2, section 7.10 "Secure Memory Encryption").
  private let encryption: UInt64

  /// Reads as the domain's format has it, with its encryption bit when that is in force.
  public init(_ domain: DomainConfiguration) {
    format = domain.format.facts
    let bit: UInt64 = domain.encryptionBit.map { 1 << UInt64($0) } ?? 0
    encryption = format.encrypts(domain.features) ? bit : 0
  }

  /// What the word is at `level` (0: the last).
  public func entry(_ word: UInt64, level: Int) -> TableEntry {
    format.entry(word & ~encryption, level: level)
  }

  /// The bits of a leaf that say rights, memory type, snooping and encryption, and what they are where a
  /// mapping asks for `prot` (`enum iopt_prot` bits): memory is encrypted, device registers never.
  public func attributes(prot: UInt32, _ features: Features) -> (mask: UInt64, wanted: UInt64) {
    var bits = format.attributes(prot, features)
    // Where the bit means something else besides, neither says anything.
    bits.mask = bits.mask & ~encryption | encryptionBit
    if prot & IOPT_PROT_MMIO.rawValue == 0 { bits.wanted |= encryptionBit }
    return bits
  }

  /// The encryption bit where that is one of an address, else 0.
  public var encryptionBit: UInt64 { encryption & (1 << 52 - 1) & ~0xfff }

  /// The word taken apart for a reader of reports, such as `leaf oa=0x80001000 V R W`.
  public func text(_ word: UInt64, level: Int) -> String {
    guard word != 0 else { return "empty" }
    let plain = word & ~encryption
    var parts: [String] =
      switch format.entry(plain, level: level) {
      case .empty: ["not present"]
      case .table(let pa): ["table pa=0x" + String(pa, radix: 16)]
      case .leaf(let pa, _): ["leaf oa=0x" + String(pa, radix: 16)]
      }
    parts += format.flags.filter { plain >> $0.bit & 1 != 0 }.map(\.name)
    if let remark = format.remark(plain, level: level) { parts.append(remark) }
    if plain != word { parts.append("C") }
    return parts.joined(separator: " ")
  }
}
