// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// Judges one implementation alone, by what hardware may have cached: it reads what the subject logged,
/// keeps ``MayCache``, lets a driver turn calls into commands, and asks the properties.
///
/// What changes with each record is not checked for exclusive access: nothing of it is lent out.
public final class HardwareJudge {
  let cache: MayCache
  /// How much may be cached of what is gone, in entries: a judge looks through them again and again.
  public var staleEntries: Int { cache.stale.count }
  /// What it judges behind, of the scenario at hand.
  public private(set) var driver: any Driver
  let commands = CommandList()
  @exclusivity(unchecked) var state = State()
  /// Whether dangers are accounted for at length; what that takes is kept then. Changed between
  /// scenarios only.
  public var keepsAccounts = false {
    didSet { if keepsAccounts != oldValue { cache.keepWriters(keepsAccounts) } }
  }
  /// Whether the words of dangers that are known are wanted. Changed between scenarios only.
  public var tellsKnown = true
  /// Known classes that are wanted like what is new. Changed between scenarios only.
  public var forbidden: Set<KnownClass> = []
  /// What the operation at hand has broken, in the order in which it is believed: one of a kind.
  @exclusivity(unchecked) private var dangers: [Danger] = []
  /// What it broke beside the danger that was told: all known.
  @exclusivity(unchecked) public private(set) var others: [Danger] = []
  var history = CommandHistory()
  /// What the operation at hand asks to be mapped.
  @exclusivity(unchecked) var asked = AskedMemory()
  /// IOVAs that have an owner.
  @exclusivity(unchecked) var owned = IntervalMap()
  /// What was queued and has not come back.
  @exclusivity(unchecked) var queued: [QueuedRange] = []
  /// What the operation at hand reported dirty.
  @exclusivity(unchecked) var reported = RangeSet()
  /// In the order in which they were given.
  let addresses = PlainBuffer<HandedOut>(capacity: 64)
  /// Buffers that went back while they might be reached, since the judge was made.
  @exclusivity(unchecked) public internal(set) var window = WindowCount()
  /// What was counted, the window and what the cache counts left out.
  @exclusivity(unchecked) var costs = HardwareCosts()
  /// Whether that is asked for.
  let measures: Bool
  /// Which properties count.
  private let properties: Set<HardwareProperty>
  private let allCount: Bool
  /// One that does not count takes with it what the same cause breaks.
  private let takesOthers: Bool
  /// A buffer in the window is a danger.
  let isStrict: Bool

  struct QueuedRange {
    var iova: UInt64
    var length: UInt64
    /// Flushes of everything before it was queued.
    var flushes: Int
    /// Bytes of it that may be cached, and since when its buffer is its driver's again, if it is.
    var bytes: UInt64
    var isOpen = false
    var since: UInt64 = 0

    var last: UInt64 { iova &+ (length &- 1) }
  }

  /// The address that a handle's operation gave.
  struct HandedOut: BitwiseCopyable {
    var handle: UInt32
    var iova: UInt64
  }

  /// Of the scenario and of the operation at hand.
  struct State {
    var features: Features = []
    var pageSizes: UInt64 = 0
    var hasLayer = false
    var release = Kernel.linux7_1
    /// Another body of `gather_range_pages()` than the merged one.
    var isOlderGather = false
    /// The production build, and a map of a length that its pages do not make up.
    var isProduction = false
    var hasRaggedMap = false
    /// The policy in force is ``Policy/syncTables``.
    var syncsTables = false
    /// It is ``Policy/keep``: what is linked no more is kept aside until the domain ends.
    var keepsTables = false
    /// Gathers that took in what a dirty read cleared.
    var dirtyGathers = GatherSet()
    /// Gathers of operations at addresses that are not canonical.
    var outsideGathers = GatherSet()
    /// See ``KnownClass/topAboveWidth``.
    var hasTopAboveWidth = false
    /// The driver was asked to sync everything, and has sent nothing, or what reaches nothing.
    var hasUnsentSync = false
    /// Gathers that took in an unmap of nothing.
    var stretchedGathers = GatherSet()
    /// Those of them that took in one at IOVA 0.
    var zeroGathers = GatherSet()
    /// Gathers of ``Policy/syncTables`` that were synced while an unmap was on its way: what it had
    /// cleared by then it may have gathered after that.
    var midwayGathers = GatherSet()
    /// What happened before in the scenario and is known to have dangers behind it.
    var past: KnownClass?
    /// Memory at the encryption bit was mapped, whatever else happened before.
    var hasEncryptedAddress = false
    /// That it is ``KnownClass/besideTheLayer``, since the operation at hand; whether that has stored
    /// anything.
    var isBesideTheLayer = false
    var hasStored = false
    /// The last sync of the operation.
    var lastSync: Gathered?
    /// Which gathers a flush queue is to take.
    var queuedGathers = GatherSet()
    /// Flushes of everything so far.
    var flushes = 0
    var kind: UInt32 = 0
    var number: Int32 = -1
    /// The gather that the operation names, -1 without one.
    var gather: Int32 = -1
    /// It maps, in the page table.
    var maps = false
    /// The gather was one that a flush queue takes when the operation began.
    var wasQueued = false
    var result: UInt64 = 0
    var levels: LevelsRecord?
    /// A property of what is cached was broken, and does not count.
    var isSilenced = false
    /// A flush queue takes what is unmapped.
    var hasQueue = false
    /// Virtual time, milliseconds.
    var now: UInt64 = 0
    /// The same when the operation began.
    var tickStart: UInt64 = 0
    /// The operation has queued something; it has warned.
    var hasQueuedNow = false
    var hasWarned = false
    /// The slot of a table that left incoherent handling while its pointer might be cached, else -1.
    var coherentEarly = -1
    /// Its handle was in the wrong state: nothing was done.
    var isSkipped = false
    // What the operation names.
    var handle: UInt32 = 0
    var iova: UInt64 = 0
    var pa: UInt64 = 0
    var length: UInt64 = 0
    var offset: UInt64 = 0
    /// The first range that it synced before anything was removed from it.
    var idleSync: Gathered?
    /// IOVAs, both inclusive, that it asks to be mapped with rights, in a page table of so many bits of
    /// physical addresses.
    var wanted: (first: UInt64, last: UInt64)?
    var outputWidth = 64
    /// Bytes of leaves that were removed before it warned; of IOVAs that it gave back or queued.
    var removedAtWarning: UInt64 = 0
    var givenBack: UInt64 = 0
    /// IOVAs, both inclusive, of a two-step range that the operation syncs.
    var syncedPart: (first: UInt64, last: UInt64)?
  }

  /// A judge of these properties, that is given its driver with each scenario. `isStrict`: memory in the
  /// window is a danger. `measures`: costs are counted. `takesOthers`: what breaks one that is left out
  /// is nothing, whatever else it breaks; else it is told as the first of these that it breaks.
  public init(
    _ properties: Set<HardwareProperty> = Set(HardwareProperty.allCases), isStrict: Bool = false,
    measures: Bool = false, takesOthers: Bool = true
  ) {
    self.measures = measures
    self.takesOthers = takesOthers
    self.properties = properties
    allCount = properties.count == HardwareProperty.allCases.count
    self.isStrict = isStrict
    let domain = DomainConfiguration(format: .riscv64, va: 39, oa: 56, features: [])
    cache = MayCache(domain)
    driver = ExactDriver()
  }

  /// Starts a scenario whose domain was opened with `info`; takes in the log of its opening.
  /// `hasQueue`: its DMA layer has a flush queue from the beginning.
  public func begin(
    _ domain: DomainConfiguration, _ info: InfoRecord, hasLayer: Bool, hasQueue: Bool = false,
    _ driver: any Driver, _ log: RecordView
  ) -> Danger? {
    self.driver = driver
    state = State()
    state.features = Features(rawValue: info.features)
    state.pageSizes = info.pageSizes
    state.outputWidth = Int(info.outputWidth)
    state.hasLayer = hasLayer
    state.hasQueue = hasQueue
    state.release = domain.kernel ?? .linux7_1
    state.isProduction = domain.build == .production
    state.syncsTables = domain.policy == .syncTables
    state.keepsTables = domain.policy == .keep
    state.hasTopAboveWidth = DomainInfo(info).hasTopAboveWidth
    state.isOlderGather = (domain.gather ?? .merged) != .merged
    cache.reset(
      domain, features: state.features, width: Int(info.inputWidth), driver)
    if !domain.hasSyncMap { cache.cachesAbsence = false }
    owned = IntervalMap()
    queued.removeAll(keepingCapacity: true)
    history.removeAll()
    addresses.cut(to: 0)
    asked = AskedMemory()
    forgetDangers()
    for record in log { take(record) }
    cache.noteTop(pa: info.top, level: info.level)
    return classified()
  }

  /// Takes in one operation; the first property that it breaks.
  public func judge(_ operation: UnsafePointer<iopt_op>, _ log: RecordView) -> Danger? {
    start(operation)
    for record in log { take(record) }
    if operation.pointee.kind == IOPT_OP_TICK.rawValue {
      state.now = state.tickStart &+ operation.pointee.len
    }
    finish()
    defer { settle() }
    return classified()
  }

  /// The operation has crashed.
  public func judgeCrash(_ operation: UnsafePointer<iopt_op>) -> Danger? {
    start(operation)
    checkCrashed()
    return classified()
  }

  /// The scenario is over. `judgesLeaks`: nobody else looks for tables that are lost.
  public func end(judgesLeaks: Bool = true) -> Danger? {
    closeWindows()
    if measures { costs.tablesKept &+= cache.emptyTables }
    forgetDangers()
    guard judgesLeaks else { return nil }
    state.kind = 0
    state.maps = false
    cache.begin(operation: state.number + 1, gather: -1, isOutside: false)
    checkLost()
    return classified()
  }

  /// The first that is new or wanted, else the first: one that is known hides none that comes after it.
  private func classified() -> Danger? {
    guard hasDanger else { return nil }
    for index in dangers.indices { classify(&dangers[index]) }
    let told = dangers.firstIndex { $0.known.map(forbidden.contains) ?? true } ?? 0
    let danger = dangers[told]
    if dangers.count > 1 {
      dangers.remove(at: told)
      others = dangers.filter { $0.known != nil }
    }
    return danger
  }

  private func classify(_ danger: inout Danger) {
    guard let known = danger.known ?? known(danger) else { return }
    let isListed = ListedFinding.has(known, danger.property, behind: driver, in: state.release)
    danger.known = isListed ? known : nil
  }

  /// The operation at hand has broken nothing yet.
  func forgetDangers() {
    guard hasDanger else { return }
    dangers.removeAll(keepingCapacity: true)
    others.removeAll(keepingCapacity: true)
  }

  /// The address that a handle has now.
  func handedOut(_ handle: UInt32) -> UInt64? {
    addresses.elements.last { $0.handle == handle }?.iova
  }

  /// What a gather held is nobody's to sync any more.
  func forget(_ gather: Int32) {
    release(gather)
    if cache.tracksChanges { cache.ownChanges.removeAll() }
  }

  /// What a gather held does not wait for its sync any more.
  func release(_ gather: Int32) {
    for index in 0..<cache.stale.count where cache.stale.elements[index].gather == gather {
      cache.stale.elements[index].gather = -2
    }
    cache.spans[MayCache.place(of: gather)] = ChangedSpan()
    state.dirtyGathers.remove(gather)
    state.stretchedGathers.remove(gather)
    state.zeroGathers.remove(gather)
    state.outsideGathers.remove(gather)
    state.midwayGathers.remove(gather)
  }

  /// Dangers from here on come of this, where nothing came before it.
  func remember(_ past: KnownClass) { state.past = state.past ?? past }

  /// What one cause may break several of: where the first does not count, the others are not asked.
  private static let ofTheCache: Set<HardwareProperty> = [
    .tableUseAfterFree, .walkerVisibility, .missingSync, .syncBeforeStore, .staleTranslation,
    .iovaReuse, .queueOrder,
  ]

  /// Whether what breaks the property is told as that, rather than as one that comes after it.
  func isTold(_ property: HardwareProperty) -> Bool {
    allCount || takesOthers || properties.contains(property)
  }

  /// Whether a property counts that was broken. One of what is cached that does not silences those that
  /// one cause may break with it.
  private func counts(_ property: HardwareProperty) -> Bool {
    let isOfTheCache = takesOthers && Self.ofTheCache.contains(property)
    if isOfTheCache, state.isSilenced { return false }
    if properties.contains(property) { return true }
    if isOfTheCache { state.isSilenced = true }
    return false
  }

  /// Whether the operation at hand has broken anything.
  var hasDanger: Bool { !dangers.isEmpty }

  /// Of an operation so many are kept, far more than any was seen to break.
  private static let mostDangers = 16

  /// Whether such a one was found already: what is known of it and what is not is the same.
  private func isKept(
    _ property: HardwareProperty, _ known: KnownClass?, isEverything: Bool
  ) -> Bool {
    dangers.count == Self.mostDangers
      || dangers.contains {
        $0.property == property && $0.known == known && $0.isEverything == isEverything
      }
  }

  /// Whether the operation has broken something that is plainly of the class.
  func hasFound(_ known: KnownClass) -> Bool {
    dangers.contains { $0.known == known }
  }

  /// Keeps the first of its kind that counts; `known` where its class is plain at once. `entry` is what
  /// may be cached, where something is, `freed` the slot of a table that it is about, and `iova` one
  /// that memory translates.
  func found(
    _ property: HardwareProperty, _ kind: String, _ text: @autoclosure () -> String,
    isEverything: Bool = false, known: KnownClass? = nil,
    of entry: StaleEntry? = nil, freed: Int? = nil, mapped iova: UInt64? = nil
  ) {
    guard allCount || counts(property), !isKept(property, known, isEverything: isEverything) else {
      return
    }
    let isExcused = known != nil || excuse(for: property) != nil || isExcusedOutside(property)
    let isTold = tellsKnown || !isExcused
    var danger = Danger(
      property, kind, isTold ? text() : "", isEverything: isEverything, known: known)
    if keepsAccounts { danger.account = account(of: entry, freed, iova, property.promise) }
    dangers.append(danger)
  }

  private func account(
    of entry: StaleEntry?, _ freed: Int?, _ iova: UInt64?, _ promise: String
  ) -> CacheAccount? {
    if let entry { return account(entry, freed: freed, promise) }
    if let freed {
      let pa = hex(ArenaLayout.address(ofSlot: freed))
      return account(
        ofMemory: "the pointer to the table at \(pa)", at: cache.tables[freed].iova,
        level: Int(cache.tables[freed].level) + 1, promise)
    }
    return iova.map {
      account(ofMemory: "the translation of \(hex($0))", at: $0, level: 0, promise)
    }
  }
}
