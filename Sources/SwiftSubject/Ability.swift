// SPDX-License-Identifier: GPL-2.0-only
import PageTable
import SubjectABI

/// What this implementation knows, as masks of the ABI's numbers.
enum Ability {
  static let formats = PageTableDomain.summary.formats
  static let builds = mask(IOPT_BUILD_PRODUCTION.rawValue, IOPT_BUILD_DEBUG.rawValue)
  static let revisions = mask(
    IOPT_GATHER_MERGED.rawValue, IOPT_GATHER_ORIGINAL.rawValue, IOPT_GATHER_ALWAYS_ADD.rawValue,
    IOPT_GATHER_PROPOSED.rawValue)
  static let kernels = mask(IOPT_KERNEL_UNSAID.rawValue, IOPT_KERNEL_7_1.rawValue)
  static let queues = mask(IOPT_QUEUE_PERCPU.rawValue, IOPT_QUEUE_SINGLE.rawValue)
  static let modes = mask(IOPT_DMA_STRICT.rawValue, IOPT_DMA_FQ.rawValue)

  static let features = PageTableDomain.summary.features

  // Looked at in every operation that maps: constants, not globals.

  /// The largest set of `enum iopt_prot` bits.
  @inline(__always) static var protections: UInt32 { IOPT_PROT_PRIV.rawValue * 2 - 1 }
  /// `enum iopt_direction`
  @inline(__always) static var lastDirection: UInt32 { IOPT_FROM_DEVICE.rawValue }

  static let tableOperations = [
    IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_UNMAP, IOPT_OP_IOVA_TO_PHYS, IOPT_OP_SET_DIRTY,
    IOPT_OP_GATHER, IOPT_OP_UNMAP_FAST, IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH,
    IOPT_OP_READ_AND_CLEAR_DIRTY,
  ]
  static let layerOperations = [
    IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_UNMAP, IOPT_OP_RELAX, IOPT_OP_TICK,
    IOPT_OP_RESERVE,
  ]

  /// All of it, as the ABI states it.
  static var statement: iopt_capabilities {
    var stated = iopt_capabilities()
    stated.size = UInt32(MemoryLayout<iopt_capabilities>.size)
    stated.stores = 1
    stated.formats = formats
    stated.features = features
    stated.builds = builds
    stated.gathers = revisions
    stated.kernels = kernels
    stated.layers = IOPT_LAYER_PAGE_TABLE.rawValue | IOPT_LAYER_DMA.rawValue
    stated.options =
      IOPT_OPTION_PGSIZES.rawValue | IOPT_OPTION_SME_MASK.rawValue | IOPT_OPTION_PCI32.rawValue
    for kind in tableOperations + layerOperations {
      stated.operations |= 1 << UInt64(kind.rawValue)
    }
    stated.prot = protections
    stated.queues = queues
    stated.modes = modes
    stated.services =
      IOPT_SERVICE_YIELD.rawValue | IOPT_SERVICE_LOCK.rawValue | IOPT_SERVICE_CELL.rawValue
    for point in IOPT_POINT_FQ_DOMAIN_READ.rawValue...IOPT_POINT_TOP_CHANGE.rawValue {
      stated.points |= 1 << UInt64(point)
    }
    return stated
  }

  private static func mask(_ numbers: UInt32...) -> UInt32 { numbers.reduce(0) { $0 | 1 << $1 } }
}
