// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Log
import ScenarioLanguage
import SubjectABI

/// Judges one lane alone by what an IOMMU may have cached behind a driver of the kernel: nothing that
/// was removed may become a danger.
public final class HardwareOracle: Oracle {
  public let name = OracleName.hardware
  private let laneIndex: Int
  private let chosen: DriverChoice?
  /// Domains of other formats than the driver's hardware has are not judged.
  private let whereItFits: Bool
  @exclusivity(unchecked) private var counted: DepartureCount
  private let judge: HardwareJudge
  /// See ``HardwareJudge/staleEntries``.
  public var staleEntries: Int { judge.staleEntries }
  @exclusivity(unchecked) private var isOpen = false
  @exclusivity(unchecked) private var judged = JudgedLane()
  /// Of the scenario at hand.
  private var driver = DriverChoice(.exact)
  private var domain = DomainConfiguration(format: .riscv64, va: 39, oa: 56)
  private var counts: [DriverCosts] = []
  /// Judges another lane by the same: what it says holds of this one, too, while both do the same.
  private let model: HardwareOracle?
  /// What the judge has not seen yet, since the model's has.
  private let backlog = Backlog()
  @exclusivity(unchecked) private var isBehind = false
  /// What the judge said last, where it said anything.
  @exclusivity(unchecked) private var latest: Danger?
  @exclusivity(unchecked) private var hasLatest = false

  /// Judges lane `lane` of its engine behind `driver`, or behind the one that each domain names, or
  /// behind its natural one. A known class that `forbidden` names, or every one with `all`, is a
  /// finding; with `isStrict` buffers that wait for a flush are. `measures`: costs
  /// are counted. `whereItFits`: only domains whose format the driver's hardware can have are judged.
  /// `model`: another such oracle, made with the same arguments but for the lane, that comes before it.
  public init(
    lane: Int = 0, driver: DriverChoice? = nil, filter: PropertyFilter = PropertyFilter(),
    forbidden: Set<String> = [], isStrict: Bool = false, measures: Bool = false,
    whereItFits: Bool = false, after model: HardwareOracle? = nil
  ) {
    self.whereItFits = whereItFits
    self.model = measures ? nil : model
    laneIndex = lane
    chosen = driver
    let properties = HardwareProperty.allCases.filter { filter.counts($0.rawValue) }
    judge = HardwareJudge(
      Set(properties), isStrict: isStrict, measures: measures, takesOthers: filter.only.isEmpty)
    counted = DepartureCount(Self.departureNames, forbidden: forbidden)
    judge.forbidden = Set(
      Self.classes.filter { forbidden.contains($0.rawValue) || forbidden.contains("all") })
  }

  /// Every property.
  public static let properties = HardwareProperty.allCases.map(\.rawValue)

  /// Every known class's name.
  public static let departureNames = classes.map(\.rawValue)
  private static let classes = KnownClass.allCases

  public var departures: [(name: String, count: Int)] { counted.list }

  public var costs: [DriverCosts] {
    counts.add(judge.takeCosts(), behind: judge.driver.name)
    return counts
  }

  public var followsAnother: Bool { model != nil }

  public func begin(_ engine: Engine) -> Judgement {
    let observed = engine.lanes[laneIndex]
    judged.choose(observed)
    isOpen = false
    counts.add(judge.takeCosts(), behind: judge.driver.name)
    guard observed.status == .done, observed.lane.subject.logsStores,
      let info = observed.lane.records.lazy.compactMap(InfoRecord.init).first(where: { _ in true })
    else { return .nothing }
    let configuration = observed.lane.meant(engine.configuration)
    domain = DomainConfiguration(configuration)
    if whereItFits, let chosen, !chosen.fits(domain.format) { return .nothing }
    driver = chosen ?? engine.driver ?? .natural(for: domain)
    judge.keepsAccounts = engine.isThorough
    judge.tellsKnown = engine.isThorough || counted.forbidsAny
    noteUnlikeness(engine)
    noteAbsence(engine)
    isOpen = true
    isBehind = follows(engine)
    if isBehind {
      backlog.removeAll()
      return follow(observed, engine)
    }
    return take(open(observed.lane.records, info, engine), observed, engine)
  }

  private func open(_ log: RecordView, _ info: InfoRecord, _ engine: Engine) -> Danger? {
    let hasLayer = engine.configuration.has_dma != 0
    return keep(
      judge.begin(
        domain, info, hasLayer: hasLayer,
        hasQueue: hasLayer && engine.configuration.dma.mode == DMAMode.flushQueue.rawValue,
        driver.driver(for: domain), log))
  }

  public func judge(_ engine: Engine) -> Judgement {
    guard isOpen, let operation = engine.operation else { return .nothing }
    return judged.with { observed in
      if isBehind {
        if engine.lanesAreAlike { return follow(observed, engine) }
        catchUp(engine)
      }
      if observed.status == .crashed { return take(judge.judgeCrash(operation), observed, engine) }
      guard observed.status == .done else { return .nothing }
      return take(keep(judge.judge(operation, observed.lane.records)), observed, engine)
    }
  }

  // MARK: Two lanes that do the same

  /// Whether the model's verdict on the domain that was opened is this one's.
  private func follows(_ engine: Engine) -> Bool {
    guard let model, engine.lanesAreAlike else { return false }
    return model.isOpen && model.domain == domain && model.driver == driver
  }

  private func follow(_ observed: ObservedLane, _ engine: Engine) -> Judgement {
    backlog.append(engine.operation, observed.log)
    return take(model!.hasLatest ? model!.latest : nil, observed, engine)
  }

  /// Takes in what the model has judged.
  private func catchUp(_ engine: Engine) {
    isBehind = false
    backlog.forEach { operation, log in
      if let operation {
        _ = judge.judge(operation, log)
      } else if let info = log.lazy.compactMap(InfoRecord.init).first(where: { _ in true }) {
        _ = open(log, info, engine)
      }
    }
  }

  @inline(__always)
  private func keep(_ danger: Danger?) -> Danger? {
    hasLatest = danger != nil
    if let danger { latest = danger }
    return danger
  }

  /// Marks a domain that a named driver would never make: it is judged all the same.
  private func noteUnlikeness(_ engine: Engine) {
    guard engine.isThorough, laneIndex == 0, !whereItFits, chosen ?? engine.driver != nil,
      let reason = driver.unlikeness(domain)
    else { return }
    engine.hot.pointee.tally.neverMade[
      driver.name, default: RunTally.NeverMade(count: 0, reason: reason)
    ].count += 1
  }

  /// Counts a domain in which it is not judged what hardware caches as absent.
  private func noteAbsence(_ engine: Engine) {
    guard engine.isThorough, laneIndex == 0, !domain.hasSyncMap,
      driver.driver(for: domain).cachesAbsence
    else { return }
    engine.hot.pointee.tally.unjudgedAbsence[driver.name, default: 0] += 1
  }

  /// What is left when the scenario is over, `leak` says, where it is asked.
  public func end(_ engine: Engine) -> Judgement {
    guard isOpen else { return .nothing }
    let judgesLeaks = !engine.oracles.contains { $0.name == .leak }
    if isBehind {
      guard judgesLeaks else { return .nothing }
      catchUp(engine)
    }
    let danger = judge.end(judgesLeaks: judgesLeaks)
    return judgesLeaks ? take(danger, engine.lanes[laneIndex], engine) : .nothing
  }

  private func take(_ danger: Danger?, _ observed: ObservedLane, _ engine: Engine) -> Judgement {
    guard let danger else { return .kept }
    if whereItFits, let chosen, chosen.hasOtherTables { return .nothing }
    if engine.isThorough { noteKnown(danger, engine) }
    for other in others {
      other.known.map { counted.count(Self.classes.firstIndex(of: $0)!) }
    }
    let judgement =
      danger.known.map {
        counted.judge(Self.classes.firstIndex(of: $0)!, of: observed, lane: laneIndex)
      }
      ?? .found(
        Fault(
          Self.name(danger),
          .breach(subject: observed.lane.label, text: danger.text, lookup: nil), lane: laneIndex))
    guard case .found(var fault) = judgement else { return judgement }
    fault.hardware = Finding.HardwareEvidence(
      driver: driver.name, isForced: chosen != nil, unlikeness: driver.unlikeness(domain),
      danger: danger.known.map { _ in "\(Self.name(danger)): \(danger.text)" },
      account: danger.account)
    return .found(fault)
  }

  /// What the operation has broken beside the danger that is told.
  private var others: [Danger] { (isBehind ? model! : self).judge.others }

  /// What is told, and what the operation broke beside it.
  private func noteKnown(_ danger: Danger, _ engine: Engine) {
    for danger in [danger] + others {
      if let known = danger.known { note(known, danger.property, engine) }
    }
  }

  private func note(_ known: KnownClass, _ property: HardwareProperty, _ engine: Engine) {
    let signature = KnownSignature(
      name: known.rawValue, property: property.rawValue, driver: driver.name,
      release: domain.kernel ?? .linux7_1)
    engine.hot.pointee.tally.known[signature, default: 0] += 1
  }

  private static func name(_ danger: Danger) -> String {
    "\(danger.property.rawValue): \(danger.kind)"
  }
}
