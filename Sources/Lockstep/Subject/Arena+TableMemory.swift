// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

extension Arena: TableMemory {
  public func table(at pa: UInt64) -> UnsafeBufferPointer<UInt64>? {
    guard let slot = slot(of: pa), states[slot] == .table else { return nil }
    return UnsafeBufferPointer(
      start: words(slot), count: slotsOfTable(at: slot) * Arena.slotSize / 8)
  }
}

extension TableWalk {
  /// Everything that a hardware walker can reach in a domain.
  public init(_ domain: DirectDomain) {
    self.init(
      top: domain.top, level: domain.level, reader: TableReader(domain.configuration),
      signExtending: domain.info.features.contains(.signExtend) ? domain.info.va : nil,
      in: domain.lane.host.state.pointee.arena)
  }
}
