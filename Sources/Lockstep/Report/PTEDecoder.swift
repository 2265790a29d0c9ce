// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// What a table word is, told for a reader of reports. It serves no comparison.
struct PTEDescription: Equatable {
  enum Kind: Equatable {
    case empty
    case leaf
    /// A pointer to the table at this address.
    case table(pa: UInt64)
  }

  var kind: Kind
  /// The word's fields, such as `leaf oa=0x80001000 V R W`.
  var text: String
}

/// Takes table words of one domain apart into named fields.
struct PTEDecoder {
  let format: Format
  /// The memory-encryption bit itself, 0 when none is in force.
  let encryptionMask: UInt64

  init(_ domain: DomainConfiguration) {
    format = domain.format
    let encrypts = !domain.features.isDisjoint(with: [.amdv1EncryptTables, .x8664AMDEncryptTables])
    encryptionMask = encrypts ? domain.encryptionBit.map { 1 << UInt64($0) } ?? 0 : 0
  }

  /// Describes the word at `level` (0 holds leaves only).
  func describe(_ word: UInt64, level: Int) -> PTEDescription {
    guard word != 0 else { return PTEDescription(kind: .empty, text: "empty") }
    let plain = word & ~encryptionMask
    var description =
      switch format {
      case .riscv64: Self.riscv64(plain, level: level)
      case .amdv1: Self.amdv1(plain, level: level)
      case .vtdss: Self.vtdss(plain, level: level)
      case .x8664: Self.x8664(plain, level: level)
      }
    if word & encryptionMask != 0 { description.text += " C" }
    return description
  }

  /// Names the bits that are set, from low to high.
  static func flags(_ word: UInt64, _ names: [(bit: Int, name: String)]) -> String {
    names.filter { word >> UInt64($0.bit) & 1 != 0 }.map(\.name).joined(separator: " ")
  }

  /// Puts a description together from its parts.
  static func assemble(
    _ word: UInt64, present: Bool, isLeaf: Bool, pa: UInt64, flags: String
  ) -> PTEDescription {
    let address = "0x" + String(pa, radix: 16)
    let tail = flags.isEmpty ? "" : " " + flags
    guard present else {
      return PTEDescription(kind: .empty, text: "not present" + tail)
    }
    return isLeaf
      ? PTEDescription(kind: .leaf, text: "leaf oa=\(address)\(tail)")
      : PTEDescription(kind: .table(pa: pa), text: "table pa=\(address)\(tail)")
  }
}
