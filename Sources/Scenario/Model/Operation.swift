// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// `IOMMU_READ` and its kin; bits are the subject ABI's `enum iopt_prot`.
public struct Protection: OptionSet, Codable, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let read = Protection(rawValue: 1 << 0)
  public static let write = Protection(rawValue: 1 << 1)
  public static let cache = Protection(rawValue: 1 << 2)
  public static let noExec = Protection(rawValue: 1 << 3)
  public static let mmio = Protection(rawValue: 1 << 4)
  public static let privileged = Protection(rawValue: 1 << 5)

  /// One letter a bit, by bit number.
  public static let letters: StaticString = "rwcnmp"
}

/// `enum dma_data_direction`.
public enum DMADirection: UInt32, CaseIterable, Sendable {
  case bidirectional = 0
  case toDevice = 1
  case fromDevice = 2
}

/// One piece of a scatterlist.
public struct ScatterPiece: Equatable, Sendable {
  /// Where it starts, and how many bytes it has.
  public var pa: UInt64
  public var length: UInt64
  public init(pa: UInt64, length: UInt64) {
    self.pa = pa
    self.length = length
  }
}

/// One statement of a scenario after its `domain` (and `dma`) line. Addresses and lengths are
/// bytes; gathers are 0 to 3, handles 0 to 65535.
public enum Operation: Equatable, Sendable {
  case map(iova: UInt64, pa: UInt64, length: UInt64, prot: Protection)
  case mapRange(iova: UInt64, pa: UInt64, length: UInt64, prot: Protection)
  case unmap(iova: UInt64, length: UInt64)
  case gather(UInt8, queued: Bool)
  case unmapFast(gather: UInt8, iova: UInt64, length: UInt64)
  case iotlbSync(gather: UInt8)
  case flush(gather: UInt8)
  case iovaToPhys(iova: UInt64)
  case setDirty(iova: UInt64)
  case readAndClearDirty(gather: UInt8, iova: UInt64, length: UInt64, keep: Bool)
  case failAlloc(countdown: UInt64)
  case dmaMap(handle: UInt16, pa: UInt64, length: UInt64, direction: DMADirection, cpu: UInt8)
  case dmaMapSG(handle: UInt16, direction: DMADirection, pieces: [ScatterPiece], cpu: UInt8)
  case dmaUnmap(handle: UInt16, cpu: UInt8)
  case relax(cpu: UInt8)
  case failFQ
  case tick(milliseconds: UInt64)
  case reserve(iova: UInt64, length: UInt64)

  // Version 2: the entry points that drivers call. The first three have version 1's words.

  /// `dma_map_phys()`; `limit` is the mask of another device.
  case dmaMapPhys(
    handle: UInt16, pa: UInt64, length: UInt64, direction: DMADirection,
    attributes: DMAAttributes, limit: UInt64?, cpu: UInt8)
  /// `dma_map_sg()`
  case dmaMapSGAttrs(
    handle: UInt16, direction: DMADirection, pieces: [ScatterPiece], limit: UInt64?, cpu: UInt8)
  /// `dma_unmap_phys()` or `dma_unmap_sg()`, as the handle was mapped.
  case dmaUnmapPhysOrSG(handle: UInt16, cpu: UInt8)
  /// `dma_iova_try_alloc()`
  case dmaIOVAAlloc(handle: UInt16, pa: UInt64, length: UInt64, limit: UInt64?, cpu: UInt8)
  /// `dma_iova_link()`
  case dmaIOVALink(
    handle: UInt16, offset: UInt64, pa: UInt64, length: UInt64, direction: DMADirection,
    attributes: DMAAttributes)
  /// `dma_iova_sync()`
  case dmaIOVASync(handle: UInt16, offset: UInt64, length: UInt64)
  /// `dma_iova_unlink()`
  case dmaIOVAUnlink(handle: UInt16, offset: UInt64, length: UInt64)
  /// `dma_iova_destroy()`; `length` is its `mapped_len`.
  case dmaIOVADestroy(handle: UInt16, length: UInt64, cpu: UInt8)
  /// `dma_iova_free()`
  case dmaIOVAFree(handle: UInt16, cpu: UInt8)
}

extension Operation {
  /// Whether the operation is one of the DMA layer, which a `dma` line must precede.
  public var needsDMA: Bool {
    switch self {
    case .dmaMap, .dmaMapSG, .dmaUnmap, .relax, .failFQ, .tick, .reserve: true
    default: kind.rawValue >= IOPT_OP_KINDS.rawValue
    }
  }

  /// A scatterlist's pieces; nil for any other operation.
  public var pieces: [ScatterPiece]? {
    switch self {
    case .dmaMapSG(_, _, let pieces, _), .dmaMapSGAttrs(_, _, let pieces, _, _): pieces
    default: nil
    }
  }
}
