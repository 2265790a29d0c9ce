// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Log
import ScenarioLanguage
import SubjectABI

/// Takes one lane's domain down when a scenario is over and looks for tables that are left.
///
/// What a gather has may stay for good: one that is initialised again forgets its tables. What was synced
/// or flushed may not. Five more ways in which the kernel loses tables are departures.
public final class LeakOracle: Oracle {
  public let name = OracleName.leak
  private let laneIndex: Int
  private var counted: DepartureCount
  /// By slot: the number of the gather that has its table; else one of these.
  private let gathered: UnsafeMutablePointer<Int8>
  private static let none: Int8 = -1
  /// The gather was initialised again.
  private static let forgotten: Int8 = -2
  /// The gather was one for a flush queue and was given to `iotlb_sync`.
  private static let dropped: Int8 = -3
  /// Those for a flush queue.
  private var queuedGathers = GatherSet()
  private var judged = JudgedLane()
  private var isRagged = false
  private var pageSizes: UInt64 = 0
  /// Something was mapped at an address that is not canonical, or in the upper half of a space that is
  /// no wider than one entry of the top, by ``Departure``.
  private var isAliased = false
  private var hasTopAboveWidth = false
  /// Memory at the encryption bit was mapped.
  private var isEncrypted = false
  private var encryptionBit: UInt64 = 0
  private var canonical = CanonicalAddresses(width: 64, signExtends: false)

  /// How the kernel loses tables.
  private enum Departure: Int, CaseIterable {
    /// The production build linked a table among leaves.
    case raggedLengthRunsAway
    /// An older revision of `gather_range_pages` left a range out of an operation's own gather.
    case forgottenByItsGather
    /// Only the bits from the width on have to agree in a sign-extended address: one that is a bit
    /// off is taken, and where the top table is wider, its tables lie beyond what teardown walks; so do
    /// those of the upper half where all of the space is one entry of the top.
    case signExtensionOneBitShort
    /// A leaf whose address has the encryption bit looks larger than it is, and teardown's walk
    /// passes over what stands behind it.
    case memoryAtTheEncryptionBit
    /// `iotlb_sync` of a gather for a flush queue calls no driver, and the tables on it are forgotten.
    case queuedGatherSynced
  }

  /// Every departure's name.
  public static let departureNames = Departure.allCases.map { "\($0)" }
  /// Every property.
  public static let properties = ["leak"]

  /// Judges lane `lane` of its engine.
  public init(lane: Int = 0, forbidden: Set<String> = []) {
    laneIndex = lane
    counted = DepartureCount(Self.departureNames, forbidden: forbidden)
    gathered = .allocate(capacity: ArenaLayout.slotCount)
    gathered.initialize(repeating: Self.none, count: ArenaLayout.slotCount)
  }

  deinit { gathered.deallocate() }

  public var departures: [(name: String, count: Int)] { counted.list }

  public func begin(_ engine: Engine) -> Judgement {
    judged.choose(engine.lanes[laneIndex])
    (isRagged, isAliased, isEncrypted) = (false, false, false)
    gathered.update(repeating: Self.none, count: usedSlots)
    usedSlots = 0
    queuedGathers = GatherSet()
    let observed = engine.lanes[laneIndex]
    let domain = engine.domain
    let info = DomainInfo(observed.lane.records)
    pageSizes = info?.pageSizes ?? 0
    encryptionBit = TableReader(domain).encryptionBit
    canonical = CanonicalAddresses(
      width: info?.va ?? 64, signExtends: info?.features.contains(.signExtend) ?? false)
    hasTopAboveWidth = info?.hasTopAboveWidth ?? false
    return .nothing
  }

  /// What maps, for what it asks, and what puts tables on a gather or takes them off.
  public let kinds: UInt64 = [
    IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_UNMAP_FAST, IOPT_OP_READ_AND_CLEAR_DIRTY,
    IOPT_OP_GATHER, IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH,
    IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS,
    IOPT_OP_DMA_IOVA_LINK,
  ].reduce(0) { $0 | 1 << UInt64($1.rawValue) }

  /// One past the highest slot that a gather had.
  private var usedSlots = 0

  public func judge(_ engine: Engine) -> Judgement {
    judged.with { note(engine, $0) }
    return .nothing
  }

  private func note(_ engine: Engine, _ observed: ObservedLane) {
    guard let operation = engine.operation, observed.status == .done else { return }
    if encryptionBit != 0, AskedMemory(operation).reaches(encryptionBit) { isEncrypted = true }
    switch iopt_op_kind(operation.pointee.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE:
      let smallest = pageSizes & (0 &- pageSizes)
      let isProduction = engine.configuration.build == Build.production.rawValue
      if isProduction, operation.pointee.len & (smallest &- 1) != 0 { isRagged = true }
      let isUpper = hasTopAboveWidth && operation.pointee.iova >> 63 != 0
      if isUpper || !canonical.contains(operation.pointee.iova) { isAliased = true }
    case IOPT_OP_UNMAP_FAST, IOPT_OP_READ_AND_CLEAR_DIRTY:
      noteGathered(observed, Int8(truncatingIfNeeded: operation.pointee.gather))
    case IOPT_OP_GATHER:
      let gather = Int32(operation.pointee.gather)
      release(gather, to: Self.forgotten)
      queuedGathers.remove(gather)
      if operation.pointee.flag != 0 { queuedGathers.insert(gather) }
    case IOPT_OP_IOTLB_SYNC:
      let gather = Int32(operation.pointee.gather)
      release(gather, to: queuedGathers.contains(gather) ? Self.dropped : Self.none)
      queuedGathers.remove(gather)
    case IOPT_OP_FLUSH: release(Int32(operation.pointee.gather), to: Self.none)
    default: break
    }
  }

  private func noteGathered(_ observed: ObservedLane, _ gather: Int8) {
    for record in observed.lane.records where record.has(.gather) {
      for pa in record.pages {
        guard let slot = ArenaLayout.slot(of: pa) else { continue }
        gathered[slot] = gather
        usedSlots = max(usedSlots, slot + 1)
      }
    }
  }

  /// A gather has no tables any more.
  private func release(_ gather: Int32, to place: Int8) {
    for slot in 0..<usedSlots where gathered[slot] == Int8(truncatingIfNeeded: gather) {
      gathered[slot] = place
    }
  }

  public func end(_ engine: Engine) -> Judgement {
    let observed = engine.lanes[laneIndex]
    guard observed.status == .done else { return .nothing }
    if isRagged { return depart(.raggedLengthRunsAway, observed) }
    let forgets = Self.mayForget(engine.configuration, observed.lane.gather)
    let linked = forgets ? linkedTables(observed, engine) : []
    guard observed.teardown() != nil else { return .nothing }
    if let misuse = observed.lane.host.state.pointee.misuse {
      return .found(
        Fault(
          misuse.name, .misuse(subject: observed.lane.label, misuse), lane: laneIndex))
    }
    if observed.lane.records.contains(where: { $0.has(.warn) }) { return warned(observed) }
    let left = observed.lane.host.state.pointee.arena.tables
    if left.contains(where: { gathered[$0] == Self.dropped }),
      case .found(let fault) = depart(.queuedGatherSynced, observed)
    {
      return .found(fault)
    }
    var leaked = left.filter { gathered[$0] == Self.none }.map(Arena.address(ofSlot:))
    if forgets {
      let count = leaked.count
      leaked.removeAll { !linked.contains($0) }
      if leaked.count < count, case .found(let fault) = depart(.forgottenByItsGather, observed) {
        return .found(fault)
      }
    }
    guard !leaked.isEmpty else { return .kept }
    if let excuse { return depart(excuse, observed) }
    return .found(
      Fault(
        "tables left", .leak(subject: observed.lane.label, tables: leaked), lane: laneIndex))
  }

  /// What of the scenario explains that tables are not found again; nil: nothing does.
  private var excuse: Departure? {
    isAliased ? .signExtensionOneBitShort : isEncrypted ? .memoryAtTheEncryptionBit : nil
  }

  /// Its code warns when the domain ends: of what it has lost, or of what it finds.
  private func warned(_ observed: ObservedLane) -> Judgement {
    if let excuse { return depart(excuse, observed) }
    return .found(
      Fault(
        "warning",
        .breach(
          subject: observed.lane.label, text: "it has warned when its domain ended", lookup: nil),
        lane: laneIndex))
  }

  private func linkedTables(_ observed: ObservedLane, _ engine: Engine) -> Set<UInt64> {
    guard let top = observed.top else { return [] }
    let walk = TableWalk(
      top: top.pa, level: top.level, reader: TableReader(engine.domain),
      in: observed.lane.host.state.pointee.arena, keepsLeaves: false)
    return Set(walk.tables.map(\.pa))
  }

  private func depart(_ departure: Departure, _ observed: ObservedLane) -> Judgement {
    counted.judge(departure.rawValue, of: observed, lane: laneIndex)
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
