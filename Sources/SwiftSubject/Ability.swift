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
  static let policies = mask(
    IOPT_POLICY_GENERIC.rawValue, IOPT_POLICY_SYNC_TABLES.rawValue, IOPT_POLICY_EAGER.rawValue,
    IOPT_POLICY_KEEP.rawValue)
  static let kernels = Behaviours.kernels
  static let queues = mask(IOPT_QUEUE_PERCPU.rawValue, IOPT_QUEUE_SINGLE.rawValue)
  static let modes = mask(IOPT_DMA_STRICT.rawValue, IOPT_DMA_FQ.rawValue)

  static let features =
    PageTableDomain.summary.features | IOPT_FEATURE_DETAILED_GATHER.rawValue

  // Looked at in every operation that maps: constants, not globals.

  /// The largest set of `enum iopt_prot` bits.
  @inline(__always) static var protections: UInt32 { IOPT_PROT_PRIV.rawValue * 2 - 1 }
  /// `enum iopt_direction`
  @inline(__always) static var lastDirection: UInt32 { IOPT_FROM_DEVICE.rawValue }

  /// The largest set of `enum iopt_attr` bits.
  @inline(__always) static var attributes: UInt32 { IOPT_ATTR_PRIVILEGED.rawValue * 2 - 1 }

  static let tableOperations = [
    IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_UNMAP, IOPT_OP_IOVA_TO_PHYS, IOPT_OP_SET_DIRTY,
    IOPT_OP_GATHER, IOPT_OP_UNMAP_FAST, IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH,
    IOPT_OP_READ_AND_CLEAR_DIRTY,
  ]
  static let layerOperations = [
    IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_UNMAP, IOPT_OP_RELAX, IOPT_OP_TICK,
    IOPT_OP_RESERVE, IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_UNMAP_PHYS_OR_SG,
    IOPT_OP_DMA_IOVA_ALLOC, IOPT_OP_DMA_IOVA_LINK, IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK,
    IOPT_OP_DMA_IOVA_DESTROY, IOPT_OP_DMA_IOVA_FREE,
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
    stated.layers =
      IOPT_LAYER_PAGE_TABLE.rawValue | IOPT_LAYER_DMA.rawValue | IOPT_LAYER_TWO_STEP.rawValue
    stated.options =
      IOPT_OPTION_PGSIZES.rawValue | IOPT_OPTION_SME_MASK.rawValue | IOPT_OPTION_PCI32.rawValue
      | IOPT_OPTION_SYNC_MAP.rawValue | IOPT_OPTION_MAGAZINE.rawValue
      | IOPT_OPTION_FAIL_MAGAZINE.rawValue | IOPT_OPTION_LIMIT.rawValue
      | IOPT_OPTION_ROWS.rawValue | IOPT_OPTION_POLICY.rawValue
    for kind in tableOperations + layerOperations {
      stated.operations |= 1 << UInt64(kind.rawValue)
    }
    stated.prot = protections
    stated.attrs = attributes
    stated.queues = queues
    stated.modes = modes
    stated.services =
      IOPT_SERVICE_YIELD.rawValue | IOPT_SERVICE_LOCK.rawValue | IOPT_SERVICE_CELL.rawValue
    for point in IOPT_POINT_FQ_DOMAIN_READ.rawValue...IOPT_POINT_STRICT_SYNC.rawValue {
      stated.points |= 1 << UInt64(point)
    }
    return stated
  }

  private static func mask(_ numbers: UInt32...) -> UInt32 { numbers.reduce(0) { $0 | 1 << $1 } }
}

// Operations that came with version 2: what is behind version 1's members must be there.
extension Ability {
  /// Whether operations of this kind came with version 2, and are known.
  static func isDriver(_ kind: iopt_op_kind) -> Bool {
    (IOPT_OP_KINDS.rawValue..<IOPT_OP_KINDS_2.rawValue).contains(kind.rawValue)
  }

  /// The operation reaches to the last member of version 2.
  @inline(__always)
  static func reaches(_ operation: UnsafePointer<iopt_op>) -> Bool {
    operation.pointee.size >= MemoryLayout<iopt_op>.size
  }

  /// Everything that an operation of version 2 which maps or allocates may say is known.
  @inline(__always)
  static func knows(_ operation: UnsafePointer<iopt_op>) -> Bool {
    reaches(operation) && operation.pointee.dir <= lastDirection
      && operation.pointee.attrs <= attributes && operation.pointee.has_limit <= 1
  }
}
