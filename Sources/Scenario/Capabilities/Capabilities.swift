// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// What a subject can do (`struct iopt_capabilities`). Masks have bit N set for number N of the
/// ABI's enumeration; bits that this harness has no name for are kept and do no harm.
public struct Capabilities: Codable, Equatable, Sendable {
  /// Store records are written when asked for; a subject without them is compared without them.
  public var logsStores: Bool
  /// Mask of `enum iopt_format`.
  public var formats: UInt32
  /// What may be asked for.
  public var features: Features
  /// Those that the subject insists on, where a format has them.
  public var requiredFeatures: Features
  /// Mask of `enum iopt_build`.
  public var builds: UInt32
  /// Mask of `enum iopt_gather_revision`.
  public var revisions: UInt32
  /// Mask of `enum iopt_kernel`.
  public var kernels: UInt32
  /// The parts of the language.
  public var layers: Layers
  /// What may be said in a configuration or an operation.
  public var options: Options
  /// Mask of `enum iopt_op_kind`. Those that the host does itself are not looked up here.
  public var operations: UInt64
  /// What may be asked for of a mapping.
  public var protections: Protection
  /// `enum iopt_attr` bits.
  public var attributes: UInt32
  /// Mask of `enum iopt_queue_kind`.
  public var queues: UInt32
  /// Mask of `enum iopt_dma_mode`.
  public var modes: UInt32
  /// CPUs of one domain, at most.
  public var cpus: UInt32
  /// Which of the host's optional services are called.
  public var services: Services
  /// Mask of `enum iopt_point`.
  public var points: UInt64
  /// Widths of IOVAs in bits.
  public var inputWidths: ClosedRange<UInt8>
  /// Widths of physical addresses in bits.
  public var outputWidths: ClosedRange<UInt8>
  /// It runs what is meant for other releases too, as what it is itself: kernel trees do.
  public var runsAnyRelease = false

  /// `enum iopt_layer`
  public struct Layers: OptionSet, Codable, Hashable, Sendable {
    /// The ABI's bits.
    public var rawValue: UInt32
    /// A set of the ABI's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Domains without a `dma` line.
    public static let pageTable = Layers(rawValue: IOPT_LAYER_PAGE_TABLE.rawValue)
    /// Domains with one.
    public static let dma = Layers(rawValue: IOPT_LAYER_DMA.rawValue)
    /// Mappings in two steps on those.
    public static let twoStep = Layers(rawValue: IOPT_LAYER_TWO_STEP.rawValue)
  }

  /// `enum iopt_option`
  public struct Options: OptionSet, Codable, Hashable, Sendable {
    /// The ABI's bits.
    public var rawValue: UInt32
    /// A set of the ABI's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// A narrowed page-size bitmap.
    public static let pageSizes = Options(rawValue: IOPT_OPTION_PGSIZES.rawValue)
    /// A memory-encryption bit.
    public static let encryptionBit = Options(rawValue: IOPT_OPTION_SME_MASK.rawValue)
    /// Addresses below 4 GiB first.
    public static let pci32 = Options(rawValue: IOPT_OPTION_PCI32.rawValue)
    /// A driver with an `iotlb_sync_map`.
    public static let syncMap = Options(rawValue: IOPT_OPTION_SYNC_MAP.rawValue)
    /// Magazines of another size than the kernel's.
    public static let magazine = Options(rawValue: IOPT_OPTION_MAGAZINE.rawValue)
    /// Another policy than the kernel's.
    public static let policy = Options(rawValue: IOPT_OPTION_POLICY.rawValue)
    /// Single rows of another release.
    public static let rows = Options(rawValue: IOPT_OPTION_ROWS.rawValue)
    /// An allocation of a magazine that fails.
    public static let failMagazine = Options(rawValue: IOPT_OPTION_FAIL_MAGAZINE.rawValue)
    /// The DMA mask of another device for one mapping.
    public static let limit = Options(rawValue: IOPT_OPTION_LIMIT.rawValue)
  }

  /// `enum iopt_service`
  public struct Services: OptionSet, Codable, Hashable, Sendable {
    /// The ABI's bits.
    public var rawValue: UInt32
    /// A set of the ABI's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// `yield`.
    public static let yield = Services(rawValue: IOPT_SERVICE_YIELD.rawValue)
    /// `lock` and `unlock`.
    public static let locks = Services(rawValue: IOPT_SERVICE_LOCK.rawValue)
    /// `load`, `store` and `compare_exchange`.
    public static let cells = Services(rawValue: IOPT_SERVICE_CELL.rawValue)
    /// `lock_at` and the five that follow it.
    public static let byAddress = Services(rawValue: IOPT_SERVICE_AT.rawValue)
    /// `note`.
    public static let notes = Services(rawValue: IOPT_SERVICE_NOTE.rawValue)
  }

  /// What a subject states. Its widths must be in order; see ``isConsistent(_:)``.
  public init(_ stated: iopt_capabilities) {
    logsStores = stated.stores != 0
    formats = stated.formats
    features = Features(rawValue: stated.features)
    requiredFeatures = Features(rawValue: stated.features_required)
    builds = stated.builds
    revisions = stated.gathers
    kernels = stated.kernels
    layers = Layers(rawValue: stated.layers)
    options = Options(rawValue: stated.options)
    operations = stated.operations
    protections = Protection(rawValue: stated.prot)
    attributes = stated.attrs
    queues = stated.queues
    modes = stated.modes
    cpus = stated.cpus == 0 ? .max : stated.cpus
    services = Services(rawValue: stated.services)
    points = stated.points
    inputWidths = Self.widths(stated.va_min, stated.va_max)
    outputWidths = Self.widths(stated.oa_min, stated.oa_max)
  }

  /// Whether each range of widths that is stated has its ends in order.
  public static func isConsistent(_ stated: iopt_capabilities) -> Bool {
    (stated.va_max == 0 || stated.va_min <= stated.va_max)
      && (stated.oa_max == 0 || stated.oa_min <= stated.oa_max)
  }

  private static func widths(_ first: UInt32, _ last: UInt32) -> ClosedRange<UInt8> {
    guard last != 0 else { return UInt8.min...UInt8.max }
    return UInt8(clamping: first)...UInt8(clamping: last)
  }

  /// All of version 1's language, with stores: what a subject that states nothing is taken for.
  public static let version1: Capabilities = {
    var stated = iopt_capabilities()
    stated.stores = 1
    stated.formats = 0xf
    stated.features = version1Features
    stated.builds = 0b11
    stated.gathers = 0xf
    stated.kernels = 1 << IOPT_KERNEL_UNSAID.rawValue | 1 << IOPT_KERNEL_7_1.rawValue
    stated.layers = IOPT_LAYER_PAGE_TABLE.rawValue | IOPT_LAYER_DMA.rawValue
    stated.options =
      IOPT_OPTION_PGSIZES.rawValue | IOPT_OPTION_SME_MASK.rawValue | IOPT_OPTION_PCI32.rawValue
    for kind in IOPT_OP_MAP.rawValue..<IOPT_OP_KINDS.rawValue {
      stated.operations |= 1 << UInt64(kind)
    }
    stated.prot = 0x3f
    stated.queues = 0b11
    stated.modes = 0b11
    stated.services =
      IOPT_SERVICE_YIELD.rawValue | IOPT_SERVICE_LOCK.rawValue | IOPT_SERVICE_CELL.rawValue
    for point in IOPT_POINT_FQ_DOMAIN_READ.rawValue...IOPT_POINT_TOP_CHANGE.rawValue {
      stated.points |= 1 << UInt64(point)
    }
    return Capabilities(stated)
  }()

  /// All that scenarios can say: both versions of the language, with every format that there is.
  public static let language: Capabilities = {
    var all = version1
    all.formats = Format.allCases.reduce(0) { $0 | 1 << $1.rawValue }
    all.features.formUnion(.sinceLinux7_2)
    all.kernels = Kernel.allCases.reduce(all.kernels) { $0 | 1 << $1.rawValue }
    all.layers.insert(.twoStep)
    all.options.formUnion([.syncMap, .magazine, .failMagazine, .limit, .policy])
    for kind in IOPT_OP_KINDS.rawValue..<IOPT_OP_KINDS_2.rawValue {
      all.operations |= 1 << UInt64(kind)
    }
    all.attributes = IOPT_ATTR_PRIVILEGED.rawValue * 2 - 1
    return all
  }()
}
