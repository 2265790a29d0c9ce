// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// What Linux releases do differently, a member a kernel change: the rows of a table whose columns
/// are ``column(_:)``. A new release is a column and the rows that it changed; a fix is a row. Bits
/// are those of the subject ABI's `enum iopt_row`.
public struct Behaviours: OptionSet, Sendable {
  /// A bit for each row that is as it became, not as it was.
  public let rawValue: UInt32

  /// A set of rows.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(_ row: iopt_row) { rawValue = 1 << row.rawValue }

  /// Whether all of `rows` are as they became. ``OptionSet`` has this too, in code that builds without
  /// optimization do not specialise.
  @inlinable
  public func contains(_ rows: Behaviours) -> Bool { rows.rawValue & ~rawValue == 0 }

  /// `pt_iommu_iova_to_phys()` answers 0 for an address outside of the table; before, the errno.
  static let zeroOutside = Behaviours(IOPT_ROW_LOOKUP)
  /// `pt_iommu_init_features()` leaves PT_FEAT_DYNAMIC_TOP alone; before, it was taken out where the
  /// top cannot grow.
  static let keepsDynamicTop = Behaviours(IOPT_ROW_DYNAMIC_TOP)
  /// `pt_iommu_get_info()` hides page sizes of half the space and more.
  static let hidesHugeSizes = Behaviours(IOPT_ROW_PAGE_SIZES)
  /// `pt_iommu_map_range()` takes its short way for a page only where the domain offers such pages.
  static let asksForSmallPages = Behaviours(IOPT_ROW_SMALL_MAP)
  /// `iommu_map()` and `iommu_unmap()` warn on a domain without any page size.
  static let warnsWithoutSizes = Behaviours(IOPT_ROW_NO_PAGE_SIZE)
  /// PT_FEAT_DETAILED_GATHER: pending gathers know levels (`gather_range_pending()`), and the
  /// production build of RISC-V insists on it.
  static let gathersLevels = Behaviours(IOPT_ROW_LEVELS)
  /// PT_FEAT_RISCV_SVPBMT: memory types in leaves.
  static let hasSvpbmt = Behaviours(IOPT_ROW_SVPBMT)
  /// `record_dirty()` goes by the size of the leaf, and from its start.
  static let readsWholeLeaves = Behaviours(IOPT_ROW_DIRTY)
  /// `iommu_dma_map_sg()` refuses padding that does not fit a segment's length.
  public static let refusesEmptyPieces = Behaviours(IOPT_ROW_EMPTY_PIECE)
  /// `dma_iova_destroy()` unlinks with a sync and frees all that was allocated.
  public static let destroysWhole = Behaviours(IOPT_ROW_DESTROY)
  /// `iova_domain_init_rcaches()` leaves magazines to `__iova_rcache_insert()`.
  public static let makesMagazinesLazily = Behaviours(IOPT_ROW_MAGAZINES)

  /// Bits of `enum iopt_feature` that these releases do not know.
  public var unknownFeatures: UInt32 {
    (contains(.gathersLevels) ? 0 : IOPT_FEATURE_DETAILED_GATHER.rawValue)
      | (contains(.hasSvpbmt) ? 0 : IOPT_FEATURE_RISCV_SVPBMT.rawValue)
  }

  // MARK: Columns

  private static let linux71: Behaviours = []
  private static let linux72: Behaviours = linux71.union([
    .zeroOutside, .keepsDynamicTop, .hidesHugeSizes, .asksForSmallPages, .warnsWithoutSizes,
    .gathersLevels, .hasSvpbmt,
  ])
  private static let linux73: Behaviours = linux72.union([
    .readsWholeLeaves, .refusesEmptyPieces, .destroysWhole, .makesMagazinesLazily,
  ])

  /// The releases that there are, as a mask of `enum iopt_kernel`.
  public static let kernels: UInt32 = (0..<32).reduce(0) {
    column(iopt_kernel(rawValue: $1)) == nil ? $0 : $0 | 1 << $1
  }

  /// How a release behaves; nil for one that is not known. No release said is 7.1.
  private static func column(_ kernel: iopt_kernel) -> Behaviours? {
    switch kernel {
    case IOPT_KERNEL_UNSAID, IOPT_KERNEL_7_1: linux71
    case IOPT_KERNEL_7_2: linux72
    case IOPT_KERNEL_7_3: linux73
    default: nil
    }
  }

  /// What a configuration asks for: a release, with single rows of others. nil where one is not known.
  public init?(_ configuration: borrowing iopt_config) {
    guard let own = Self.column(iopt_kernel(rawValue: configuration.kernel)) else { return nil }
    if configuration.rows == 0 {
      self = own
      return
    }
    if configuration.rows >> UInt64(4 * IOPT_ROW_COUNT.rawValue) != 0 { return nil }
    var bits = own.rawValue
    for row in 0..<IOPT_ROW_COUNT.rawValue {
      let number = UInt32(configuration.rows >> UInt64(4 * row) & 0xf)
      if number == IOPT_KERNEL_UNSAID.rawValue { continue }
      guard let other = Self.column(iopt_kernel(rawValue: number)) else { return nil }
      bits = bits & ~(1 << row) | other.rawValue & 1 << row
    }
    self.init(rawValue: bits)
  }
}
