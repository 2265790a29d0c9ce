// SPDX-License-Identifier: GPL-2.0-only

// A word of its own behind the header makes an input one of the language's version 2: byte 0 is
// ``ReleaseWord/code``. Anywhere else that code is the compact operation of its low 5 bits.
//
// byte 1  bits 0-1 the release: 0 and 1 7.3, 2 7.2, 3 7.1; bit 2 `sync_map`; behind a compact header
//         bit 3 `detailed_gather` other than usual, bit 4 `riscv_svpbmt`, where the format has them;
//         bits 5-6 the policy
// byte 2  a magazine's IOVAs: with ``exactMark`` in byte 7 as they are (0: absent), else by a table
// bytes 3-6  with ``exactMark`` which allocation of a magazine fails (0: none), else by byte 3 alone
//
// In such an input the codes of operations of the DMA layer mean those of version 2.

/// What the words of an input depend on.
public struct InputForm: Sendable {
  /// The input has a `dma` line.
  let hasDMA: Bool
  /// Of the language: 1 or 2.
  let version: Int
}

extension InputForm {
  /// That of inputs whose configuration `head` takes the place of.
  public init(_ head: Scenario) {
    self.init(hasDMA: head.dma != nil, version: head.domain.version)
  }
}

enum ReleaseWord {
  static let code: UInt64 = 0xd8

  static func isRelease(_ word: UInt64) -> Bool { word.byte(0) == code }

  /// A word for a release that says nothing else.
  static func plain(_ kernel: Kernel) -> UInt64 { code | number(kernel) << 8 }

  /// The bits of a compact input's word that mean something beside the release: `sync_map`, the two
  /// features, the policy, and the two bytes about magazines.
  static let choices: UInt64 = 0xffff_7c00
  /// Those of features, which production builds mostly refuse.
  static let features: UInt64 = 0x1800
  /// What becomes of empty tables.
  static let policy: UInt64 = 0x6000
  /// The allocation of a magazine that fails.
  static let failing: UInt64 = 0xff00_0000

  static func kernel(_ word: UInt64) -> Kernel {
    switch word.bits(8, 2) {
    case 2: .linux7_2
    case 3: .linux7_1
    default: .linux7_3
    }
  }

  private static func number(_ kernel: Kernel) -> UInt64 {
    switch kernel {
    case .linux7_1: 3
    case .linux7_2: 2
    case .linux7_3: 0
    }
  }

  /// The word that says exactly what the lines do.
  static func exact(
    _ kernel: Kernel, _ domain: DomainConfiguration, _ dma: DMAConfiguration?
  ) -> UInt64 {
    plain(kernel) | (domain.hasSyncMap ? 1 << 10 : 0)
      | UInt64((domain.policy ?? .generic).rawValue) << 13 | UInt64(dma?.magazine ?? 0) << 16
      | UInt64(dma?.failMagazine ?? 0) << 24 | exactMark << 56
  }
}

extension DomainConfiguration {
  /// Puts a release in force, as `word` says; `asked` are the features of an exact header.
  mutating func take(release word: UInt64, asked: Features?) {
    let release = ReleaseWord.kernel(word)
    kernel = release
    hasSyncMap = word.bits(10, 1) == 1
    let number = UInt32(word.bits(13, 2))
    policy = number == 0 ? nil : Policy(rawValue: number)
    let expressible = format.expressibleFeatures(of: release)
    if let asked {
      features = asked.intersection(expressible)
      return
    }
    let isUsual = format == .riscv64 && build == .production
    if isUsual != (word.bits(11, 1) == 1) { features.insert(.detailedGather) }
    if word.bits(12, 1) == 1 { features.insert(.riscvSvpbmt) }
    features.formIntersection(expressible)
  }
}

extension DMAConfiguration {
  /// What the release word says of magazines.
  mutating func take(release word: UInt64) {
    if word.byte(7) == exactMark {
      let size = UInt32(word.byte(2) & 0x7f)
      magazine = size == 0 ? nil : size
      let failing = UInt32(word.bits(24, 32))
      failMagazine = failing == 0 ? nil : failing
      return
    }
    switch word.byte(2) & 7 {
    case 4: magazine = 1
    case 5: magazine = 2
    case 6: magazine = 3
    case 7: magazine = 8
    default: break
    }
    let failing = UInt32(word.byte(3))
    if failing >= 224 { failMagazine = 1 + (failing - 224) }
  }
}
