// SPDX-License-Identifier: GPL-2.0-only

// The header word of a compact configuration, chosen so that nearly every value initialises:
//
// byte 1  bits 0-1 format, 2 debug build, 3 `dma` line, 4 single queue, 5 flush queues, 6 pci32,
//         7 with 6, 8 or 10 in bits 4-7 of byte 6: odd, see OddShape.swift
// byte 2  bits 0-3 width and top level, 4-7 the device's limit
// byte 3  bits 0-2 output width, 3-7 page sizes (below 8: a narrowed bitmap)
// byte 4  features: bit 0 incoherent, 1 no gaps, 2 and 3 the format's own, 4 without sign
//         extension, 5 without a dynamic top (debug), 6 encryption bit, 5 and 7 nothing flushed by range
//         (see CompactFeatures.swift)
// byte 5  bits 0-2 CPUs, 3-5 ring size, 6-7 timeout
// byte 6  bits 0-3 gather revision (13 to 15: an older one), 4-7 rare features (from 11 on)
// byte 7  bits 0-3 a further format (see FormatNumber.swift), 4-7 which encryption bit (10 to 15: not
//         the usual one)

extension DomainConfiguration {
  init(compact word: UInt64) {
    let format = Format(compact: word)
    let build: Build = word.bits(10, 1) == 1 ? .debug : .production
    let choices = CompactChoices(build, toggles: word.byte(4), rarity: word.bits(52, 4))
    let features = format.compactFeatures(choices)
    var shape = OddShape(
      format.facts.compactShape(word.bits(16, 4), features),
      oa: knownOutputWidth(format, word.bits(24, 3)))
    if OddShape.isAsked(word) { shape.twist(word.bits(20, 4)) }
    self.init(
      format: format, va: shape.va, oa: shape.oa,
      features: features, top: shape.top, pageSizes: knownPageSizes(word.bits(27, 5)),
      encryptionBit: choices[6] ? knownEncryptionBit(word.bits(60, 4)) : nil, build: build,
      gather: knownRevision(word.bits(48, 4)))
  }
}

extension DMAConfiguration {
  /// nil when the header has no `dma` line.
  init?(compact word: UInt64) {
    guard word.bits(ConfigurationBits.hasDMA, 1) == 1 else { return nil }
    self.init(
      queue: word.bits(ConfigurationBits.singleQueue, 1) == 1 ? .single : .perCPU,
      cpus: knownCPUs(word.bits(40, 3)),
      ringSize: knownRingSize(word.bits(43, 3)), timeout: knownTimeout(word),
      mode: word.bits(ConfigurationBits.flushQueue, 1) == 1 ? .flushQueue : .strict,
      limit: knownLimit(word.bits(20, 4)),
      pci32: word.bits(14, 1) == 1)
  }
}

private func knownEncryptionBit(_ index: UInt64) -> UInt8 {
  switch index {
  case 10: 51
  case 11: 46
  case 12: 43
  case 13: 36
  case 14: 62
  case 15: 63
  default: 47
  }
}

private func knownOutputWidth(_ format: Format, _ index: UInt64) -> UInt8 {
  switch index {
  case 0, 1: 52
  case 2: 46
  case 3: 48
  case 4: 40
  case 5: 39
  case 6: 44
  default: format.facts.rareOutputWidth
  }
}

private func knownPageSizes(_ index: UInt64) -> UInt64? {
  switch index {
  case 0: 0x1000
  case 1: 0x11000
  case 2: 0x20_1000
  case 3: 0x21_1000
  case 4: 0x4020_1000
  case 5: 0x4021_1000
  case 6: 0x4020_0000
  case 7: 0x20_0000
  default: nil
  }
}

private func knownRevision(_ index: UInt64) -> GatherRevision? {
  switch index {
  case 13: .original
  case 14: .alwaysAdd
  case 15: .proposed
  default: nil
  }
}

private func knownCPUs(_ index: UInt64) -> UInt32 {
  switch index {
  case 0, 1: 1
  case 2, 3, 4: 2
  case 5: 3
  case 6: 4
  default: 8
  }
}

private func knownRingSize(_ index: UInt64) -> UInt32 {
  switch index {
  case 0, 1: 4
  case 2, 3: 2
  case 4: 8
  case 5: 16
  case 6: 64
  default: 256
  }
}

/// Milliseconds.
private func knownTimeout(_ word: UInt64) -> UInt64 {
  switch word.bits(46, 2) {
  case 0: 10
  case 1: 3
  case 2: 1000
  default: OddShape.isAsked(word) ? 0 : 1
  }
}

private func knownLimit(_ index: UInt64) -> UInt64 {
  switch index {
  case 0, 1, 2, 3: .max
  case 4, 5, 6: 0xffff_ffff_ffff
  case 7, 8: 0xffff_ffff
  case 9, 10: 0xff_ffff
  case 11, 12: 0x7f_ffff_ffff
  case 13: 0x3f_ffff
  case 14: 0xffff
  default: 0x7fff
  }
}
