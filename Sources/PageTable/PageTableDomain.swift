// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A domain: a page table of one format, with the core's operations on it. It owns its own state,
/// not its tables, which are the host's.
public struct PageTableDomain: ~Copyable {
  let state: UnsafeMutablePointer<DomainState>

  private init(_ state: UnsafeMutablePointer<DomainState>) { self.state = state }

  /// Initialises a page table (`pt_iommu_*_init()`). On failure `status` says why and there is no
  /// domain; on success an INFO record was written.
  public static func open(
    host: UnsafeMutablePointer<iopt_host>, _ configuration: borrowing iopt_config,
    status: inout Status
  ) -> PageTableDomain? {
    guard summary.formats >> configuration.format & 1 != 0,
      let behaviours = Behaviours(configuration)
    else {
      status = .notSupported
      return nil
    }
    let state = UnsafeMutablePointer<DomainState>.allocate(capacity: 1)
    state.initialize(to: DomainState(host: host, configuration, behaviours))
    let domain = PageTableDomain(state)
    status = domain.initialize(configuration)
    if status != .done { return nil }
    domain.logInfo()
    return domain
  }

  deinit {
    state.deinitialize(count: 1)
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
    let record = iopt_log_begin(log, IOPT_EVENT_INFO.rawValue)
    iopt_log_word(log, state.pointee.pageSizes)
    iopt_log_word(log, state.pointee.aperture.first)
    iopt_log_word(log, state.pointee.aperture.last)
    iopt_log_word(log, state.pointee.memory.address(of: state.pointee.top.words!))
    iopt_log_word(log, UInt64(state.pointee.top.level))
    iopt_log_word(log, UInt64(state.pointee.features.rawValue))
    iopt_log_word(log, UInt64(state.pointee.inputLog2))
    iopt_log_word(log, UInt64(state.pointee.outputLog2))
    iopt_log_end(log, record)
  }
}
