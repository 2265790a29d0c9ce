// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The table that translation starts at.
struct TopTable: Equatable {
  var words: TableWords?
  var level: Int
}

/// Everything that a domain is; it stays where it is as long as the domain is open.
struct DomainState: ~Copyable {
  let format: iopt_format
  /// Whether the build is the one that checks.
  let checks: Bool
  let host: UnsafeMutablePointer<iopt_host>
  let log: UnsafeMutablePointer<iopt_log>
  let memory: DomainMemory
  let revision: iopt_gather_revision
  let policy: iopt_policy
  /// The release's.
  let behaviours: Behaviours
  /// The driver has an `iotlb_sync_map`.
  let hasSyncMap: Bool
  /// The memory-encryption bit of the machine; 0 when there is none.
  let encryptionBit: UInt64
  /// What the tables use of it: 0 unless the feature is in force.
  var encryption: UInt64 = 0
  /// As initialisation reports them.
  var features: FeatureSet = []
  /// What the code that was compiled in goes by: forced features are always in force, and those
  /// that it does not support never.
  var effective: FeatureSet = []
  var top = TopTable(words: nil, level: 0)
  /// Widths of addresses in bits.
  var inputLog2: Int
  var outputLog2: Int
  var pageSizes: UInt64 = 0
  /// A map of exactly so many bytes is one of a page of 4 KiB; 0: none is.
  var smallPage: UInt64 = 0
  /// The core warns of every map and unmap, and does nothing.
  var refusesMappings = false
  /// Neither that, nor is a driver told of what was mapped.
  var mapsPlainly = true
  /// First and last byte (inclusive) that can be mapped at all.
  var aperture: (first: UInt64, last: UInt64) = (0, 0)
  var pages = PageRegistry()
  /// Tables that nothing leads to any more and that a policy keeps until the domain ends.
  var kept = TableList()
  /// Set where the kernel's code would run away; what follows only has to come to an end.
  var hasCrashed = false

  init(
    host: UnsafeMutablePointer<iopt_host>, _ configuration: borrowing iopt_config,
    _ behaviours: Behaviours
  ) {
    format = iopt_format(rawValue: configuration.format)
    checks = configuration.build == IOPT_BUILD_DEBUG.rawValue
    self.host = host
    log = host.pointee.log
    memory = DomainMemory(host: host)
    revision = iopt_gather_revision(rawValue: configuration.gather)
    policy = iopt_policy(rawValue: configuration.policy)
    self.behaviours = behaviours
    hasSyncMap = configuration.sync_map != 0
    encryptionBit = configuration.sme_mask
    inputLog2 = Int(configuration.va_lg2)
    outputLog2 = Int(configuration.oa_lg2)
  }
}
