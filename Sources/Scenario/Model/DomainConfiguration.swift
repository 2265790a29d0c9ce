// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The revision of the kernel's `gather_range_pages()` in force.
public enum GatherRevision: UInt32, CaseIterable, Codable, Sendable {
  case merged = 0
  case original = 1
  case alwaysAdd = 2
  case proposed = 3

  /// The word after `gather=` in scenario text.
  public var name: StaticString {
    switch self {
    case .merged: "merged"
    case .original: "original"
    case .alwaysAdd: "always-add"
    case .proposed: "proposed"
    }
  }
}

/// What becomes of tables that nothing is mapped in. The kernel's own code is ``generic``.
public enum Policy: UInt32, CaseIterable, Codable, Sendable {
  /// Tables that an unmap covers wait in its gather.
  case generic = 0
  /// Such tables are invalidated for and freed at once, as `io-pgtable-arm` does.
  case syncTables = 1
  /// Tables that an unmap empties wait in its gather, too.
  case eager = 2
  /// Tables are kept until the domain ends.
  case keep = 3

  /// The word after `policy=` in scenario text.
  public var name: StaticString {
    switch self {
    case .generic: "generic"
    case .syncTables: "sync-tables"
    case .eager: "eager"
    case .keep: "keep"
    }
  }
}

/// How the format is compiled: as the kernel ships it, or as `CONFIG_DEBUG_GENERIC_PT` does.
public enum Build: UInt32, Codable, Sendable {
  case production = 0
  case debug = 1
}

/// The `domain` line: what a page table is initialised with.
public struct DomainConfiguration: Equatable, Sendable {
  /// What the table words look like.
  public var format: Format
  /// `hw_max_vasz_lg2`: input address width in bits.
  public var va: UInt8
  /// `hw_max_oasz_lg2`: output address width in bits.
  public var oa: UInt8
  public var features: Features
  /// Starting or top level; nil exactly for formats that take none.
  public var top: UInt32?
  /// ANDed into the page-size bitmap after initialisation; nil when absent.
  public var pageSizes: UInt64?
  /// The bit that memory encryption sets, 36 to 63; nil when absent.
  public var encryptionBit: UInt8?
  public var build: Build
  /// nil when absent, which means ``GatherRevision/merged`` and prints nothing.
  public var gather: GatherRevision?
  /// The release; nil in version 1 of the language, which means ``Kernel/linux7_1``.
  public var kernel: Kernel?
  /// The driver has an `iotlb_sync_map`. Version 2.
  public var hasSyncMap: Bool
  /// nil when absent, which means ``Policy/generic`` and prints nothing. Version 2.
  public var policy: Policy?
  /// The driver that hardware properties put behind the domain; nil: the natural one. Nothing else
  /// goes by it, and it is no part of what subjects read. Version 2.
  public var driver: DriverChoice?

  /// The version of the language that can say this, and `iopt` says: 1 or 2.
  public var version: Int { kernel == nil ? 1 : 2 }

  public init(
    format: Format, va: UInt8, oa: UInt8, features: Features = [], top: UInt32? = nil,
    pageSizes: UInt64? = nil, encryptionBit: UInt8? = nil, build: Build = .production,
    gather: GatherRevision? = nil, kernel: Kernel? = nil, hasSyncMap: Bool = false,
    policy: Policy? = nil, driver: DriverChoice? = nil
  ) {
    self.format = format
    self.va = va
    self.oa = oa
    self.features = features
    self.top = top
    self.pageSizes = pageSizes
    self.encryptionBit = encryptionBit
    self.build = build
    self.gather = gather
    self.kernel = kernel
    self.hasSyncMap = hasSyncMap
    self.policy = policy
    self.driver = driver
  }
}
