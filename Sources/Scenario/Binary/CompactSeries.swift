// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// A series is one word that stands for very many maps and unmaps of buffers of one size, so that the
// caches of the IOVA allocator fill up within an input: it takes 255 of a size to give a magazine
// away, and 382 to give away two (`IOVA_MAG_SIZE` of `drivers/iommu/iova.c`). On a domain with a
// `dma` line of version 1 only; elsewhere the code is the compact operation of its low bits.
//
// byte 0  0xd1
// byte 1  bits 0-1 what: 1 the maps, 2 the unmaps, else both, one after the other; bit 2 the last
//         mapped is unmapped first; 3-4 which handles, of four groups that no other compact
//         operation names unless byte 7 of it is 240 or more
// byte 3  the physical address of the first, as in other operations; the rest follow it
// byte 4  bits 0-2 the size class: log2 of pages, 6 and 7 are one page
// byte 5  bits 0-1 direction, 4-7 the CPU that maps
// byte 6  bits 0-2 how many, 3-7 so many more
// byte 7  bits 0-3 the CPU that unmaps; 0: the one that maps

/// What a word of this code stands for.
struct CompactSeries {
  static let code: UInt64 = 0xd1
  private static let groupSize: UInt64 = 1024

  let word: UInt64

  /// nil when `word` is no series.
  init?(_ word: UInt64, _ form: InputForm) {
    guard form.hasDMA, form.version == 1, word.byte(0) == Self.code else { return nil }
    self.word = word
  }

  var maps: Bool { word.bits(8, 2) != 2 }
  var unmaps: Bool { word.bits(8, 2) != 1 }
  var isReversed: Bool { word.bits(10, 1) == 1 }
  var firstHandle: UInt64 { 256 + Self.groupSize * word.bits(11, 2) }
  var direction: UInt32 { UInt32(word.bits(40, 2) % 3) }
  var pages: UInt64 { 1 << (word.bits(32, 3) % 6) }

  /// Around the numbers at which the kernel's magazines, of 127 each, are full.
  var count: UInt64 {
    let base: UInt64 =
      switch word.bits(48, 3) {
      case 0: 8
      case 1: 32
      case 2: 127
      case 3, 4: 255
      case 5, 6: 382
      default: 509
      }
    return base + word.bits(51, 5)
  }

  func mapCPU(of cpus: UInt64) -> UInt32 { UInt32(word.bits(44, 4) % cpus) }

  func unmapCPU(of cpus: UInt64) -> UInt32 {
    let cpu = word.bits(56, 4)
    return cpu == 0 ? mapCPU(of: cpus) : UInt32(cpu % cpus)
  }
}

extension OperationDecoder {
  mutating func decodeSeries(_ series: CompactSeries, into scenario: inout LoweredScenario) {
    let count = budget.boundCount(series.count, pages: series.pages)
    if series.maps { appendMaps(series, count, to: &scenario) }
    guard series.unmaps else { return }
    var op = blank(IOPT_OP_DMA_UNMAP)
    op.cpu = series.unmapCPU(of: cpus)
    for index in 0..<count {
      op.handle = UInt32(series.firstHandle + (series.isReversed ? count - 1 - index : index))
      scenario.append(op)
    }
  }

  private func appendMaps(
    _ series: CompactSeries, _ count: UInt64, to scenario: inout LoweredScenario
  ) {
    var op = blank(IOPT_OP_DMA_MAP)
    op.cpu = series.mapCPU(of: cpus)
    op.dir = series.direction
    op.len = series.pages << 12
    op.pa = compactPhysical(series.word, iova: 0) & ~0xfff
    for index in 0..<count {
      op.handle = UInt32(series.firstHandle + index)
      scenario.append(op)
      op.pa = (op.pa &+ op.len) & outputMask & ~0xfff
    }
  }
}
