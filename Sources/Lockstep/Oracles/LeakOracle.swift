// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Log
import ScenarioLanguage
import SubjectABI

/// Takes one lane's domain down when a scenario is over and looks for tables that are left.
///
/// What a gather has taken may stay for good: a gather that is initialised again forgets its tables.
/// Four more ways in which the kernel loses tables are departures.
public final class LeakOracle: Oracle {
  public let name = OracleName.leak
  private let laneIndex: Int
  private var counted: DepartureCount
  /// By slot: a gather had the table once.
  private let gathered: UnsafeMutablePointer<Bool>
  private var isRagged = false
  private var pageSizes: UInt64 = 0
  /// Something was mapped at an address that is not canonical, by ``shortSignExtension``.
  private var isAliased = false
  /// Memory at the encryption bit was mapped.
  private var isEncrypted = false

  /// The kernel's production build linked a table among leaves.
  static let raggedLength = "raggedLengthRunsAway"
  /// Only the bits from the width on have to agree in a sign-extended address: one that is a bit off
  /// is taken, and where the top table is wider, its tables lie beyond what teardown walks.
  static let shortSignExtension = "signExtensionOneBitShort"
  /// A leaf whose address has the encryption bit looks larger than it is, and teardown's walk passes
  /// over what stands behind it.
  static let memoryAtTheEncryptionBit = "memoryAtTheEncryptionBit"
  /// An older revision of `gather_range_pages` left a range out of an operation's own gather.
  static let forgottenByItsGather = "forgottenByItsGather"

  /// Every departure's name.
  public static let departureNames = [
    raggedLength, forgottenByItsGather, shortSignExtension, memoryAtTheEncryptionBit,
  ]
  /// Every property.
  public static let properties = ["leak"]

  /// Judges lane `lane` of its engine.
  public init(lane: Int = 0, forbidden: Set<String> = []) {
    laneIndex = lane
    counted = DepartureCount(forbidden: forbidden)
    gathered = .allocate(capacity: ArenaLayout.slotCount)
    gathered.initialize(repeating: false, count: ArenaLayout.slotCount)
  }

  deinit { gathered.deallocate() }

  public var departures: [(name: String, count: Int)] { counted.list }

  public func begin(_ engine: Engine) -> Judgement {
    (isRagged, isAliased, isEncrypted) = (false, false, false)
    gathered.update(repeating: false, count: usedSlots)
    usedSlots = 0
    let observed = engine.lanes[laneIndex]
    pageSizes = DomainInfo(observed.lane.records)?.pageSizes ?? 0
    return .nothing
  }

  /// One past the highest slot that a gather had.
  private var usedSlots = 0

  public func judge(_ engine: Engine) -> Judgement {
    let observed = engine.lanes[laneIndex]
    guard let operation = engine.operation, observed.status == .done else { return .nothing }
    let bit = engine.configuration.sme_mask
    if bit != 0, operation.pointee.reaches(bit) { isEncrypted = true }
    switch iopt_op_kind(operation.pointee.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE:
      let smallest = pageSizes & (0 &- pageSizes)
      let isProduction = engine.configuration.build == Build.production.rawValue
      if isProduction, operation.pointee.len & (smallest &- 1) != 0 { isRagged = true }
      if isAlias(operation.pointee, engine.configuration) { isAliased = true }
    case IOPT_OP_UNMAP_FAST, IOPT_OP_READ_AND_CLEAR_DIRTY: noteGathered(observed)
    default: break
    }
    return .nothing
  }

  /// Whether the address's upper bits are not all those of its width's last.
  private func isAlias(_ operation: iopt_op, _ configuration: iopt_config) -> Bool {
    guard Features(rawValue: configuration.features).contains(.signExtend),
      (1...64).contains(configuration.va_lg2)
    else { return false }
    let upper = Int64(bitPattern: operation.iova) >> Int64(configuration.va_lg2 - 1)
    return upper != 0 && upper != -1
  }

  private func noteGathered(_ observed: ObservedLane) {
    for record in observed.lane.records where record.has(.gather) {
      for pa in record.pages {
        guard let slot = ArenaLayout.slot(of: pa) else { continue }
        gathered[slot] = true
        usedSlots = max(usedSlots, slot + 1)
      }
    }
  }

  public func end(_ engine: Engine) -> Judgement {
    let observed = engine.lanes[laneIndex]
    guard observed.status == .done else { return .nothing }
    if isRagged { return depart(Self.raggedLength, observed) }
    let forgets = Self.mayForget(engine.configuration, observed.lane.gather)
    let linked = forgets ? linkedTables(observed, engine) : []
    guard observed.lane.teardown() != nil else { return .nothing }
    if let misuse = observed.lane.host.state.pointee.misuse {
      return .found(
        Fault(
          misuse.name, .misuse(subject: observed.lane.label, misuse), lane: laneIndex))
    }
    var leaked = leakedTables(observed)
    if forgets {
      let count = leaked.count
      leaked.removeAll { !linked.contains($0) }
      if leaked.count < count, case .found(let fault) = depart(Self.forgottenByItsGather, observed)
      {
        return .found(fault)
      }
    }
    guard !leaked.isEmpty else { return .kept }
    if isAliased { return depart(Self.shortSignExtension, observed) }
    if isEncrypted { return depart(Self.memoryAtTheEncryptionBit, observed) }
    return .found(
      Fault(
        "tables left", .leak(subject: observed.lane.label, tables: leaked), lane: laneIndex))
  }

  private func leakedTables(_ observed: ObservedLane) -> [UInt64] {
    observed.lane.host.state.pointee.arena.tables
      .filter { !gathered[$0] }.map(Arena.address(ofSlot:))
  }

  private func linkedTables(_ observed: ObservedLane, _ engine: Engine) -> Set<UInt64> {
    guard let top = observed.top else { return [] }
    let walk = TableWalk(
      top: top.pa, level: top.level, reader: TableReader(engine.domain),
      in: observed.lane.host.state.pointee.arena, keepsLeaves: false)
    return Set(walk.tables.map(\.pa))
  }

  private func depart(_ departure: String, _ observed: ObservedLane) -> Judgement {
    counted.judge(departure, of: observed, lane: laneIndex)
  }

  /// Whether the revision in force leaves ranges out of a strict gather: without `flush_range` all
  /// of them, with `flush_range_no_gaps` those that are disjoint from what it holds.
  private static func mayForget(_ configuration: iopt_config, _ override: UInt32?) -> Bool {
    let features = Features(rawValue: configuration.features)
    let leavesOut = !features.contains(.flushRange) || features.contains(.flushRangeNoGaps)
    let revision = GatherRevision(rawValue: override ?? configuration.gather)
    return leavesOut && (revision == .original || revision == .proposed)
  }
}

extension iopt_op {
  /// Whether it asks for memory at `address` or above to be mapped.
  fileprivate func reaches(_ address: UInt64) -> Bool {
    guard let pieces else { return Self.reaches(address, pa, len) }
    return (0..<Int(piece_count)).contains {
      Self.reaches(address, pieces[$0].pa, pieces[$0].len)
    }
  }

  private static func reaches(_ address: UInt64, _ pa: UInt64, _ length: UInt64) -> Bool {
    guard length > 0 else { return false }
    let (last, overflow) = pa.addingReportingOverflow(length - 1)
    return overflow || last >= address
  }
}
