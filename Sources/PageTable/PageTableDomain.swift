// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A domain: a page table of one format, with the core's operations on it. It owns its own state,
/// not its tables, which are the host's.
public struct PageTableDomain: ~Copyable {
  let state: UnsafeMutablePointer<DomainState>
  let kind: Kind

  /// The format and the build, chosen once.
  enum Kind {
    case riscv64
    case riscv64Debug
    case amdv1
    case amdv1Debug
    case vtdss
    case vtdssDebug
    case x8664
    case x8664Debug
  }

  private init(_ kind: Kind, _ state: UnsafeMutablePointer<DomainState>) {
    self.kind = kind
    self.state = state
  }

  /// Initialises a page table (`pt_iommu_*_init()`). On failure `status` says why and there is no
  /// domain; on success an INFO record was written.
  public static func open(
    host: UnsafeMutablePointer<iopt_host>, _ configuration: borrowing iopt_config,
    status: inout Status
  ) -> PageTableDomain? {
    guard let kind = Kind(configuration) else {
      status = .notSupported
      return nil
    }
    let state = UnsafeMutablePointer<DomainState>.allocate(capacity: 1)
    state.initialize(to: DomainState(host: host, configuration))
    let domain = PageTableDomain(kind, state)
    status = domain.initialize(configuration)
    if status != .done { return nil }
    domain.logInfo()
    return domain
  }

  deinit {
    state.pointee.pages.deallocate()
    state.deallocate()
  }

  /// Smallest to largest page that can be mapped, one bit each.
  public var pageSizes: UInt64 { state.pointee.pageSizes }

  /// First and last byte (inclusive) that can be mapped.
  public var aperture: (first: UInt64, last: UInt64) { state.pointee.aperture }

  /// Whether the kernel's code would have run away in the last operation.
  public var hasCrashed: Bool { state.pointee.hasCrashed }

  private func logInfo() {
    let log = state.pointee.log
    let reference = DomainReference(state: state)
    let record = iopt_log_begin(log, IOPT_EVENT_INFO.rawValue)
    iopt_log_word(log, state.pointee.pageSizes)
    iopt_log_word(log, state.pointee.aperture.first)
    iopt_log_word(log, state.pointee.aperture.last)
    iopt_log_word(log, reference.address(of: state.pointee.top.words!))
    iopt_log_word(log, UInt64(state.pointee.top.level))
    iopt_log_word(log, UInt64(state.pointee.features.rawValue))
    iopt_log_word(log, UInt64(state.pointee.inputLog2))
    iopt_log_word(log, UInt64(state.pointee.outputLog2))
    iopt_log_end(log, record)
  }
}

extension PageTableDomain.Kind {
  init?(_ configuration: borrowing iopt_config) {
    let isDebug = configuration.build == IOPT_BUILD_DEBUG.rawValue
    switch iopt_format(rawValue: configuration.format) {
    case IOPT_FORMAT_RISCV_64: self = isDebug ? .riscv64Debug : .riscv64
    case IOPT_FORMAT_AMDV1: self = isDebug ? .amdv1Debug : .amdv1
    case IOPT_FORMAT_VTDSS: self = isDebug ? .vtdssDebug : .vtdss
    case IOPT_FORMAT_X86_64: self = isDebug ? .x8664Debug : .x8664
    default: return nil
    }
  }
}
