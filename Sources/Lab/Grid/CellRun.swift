// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI

/// How cells are run.
public struct CellOptions: Sendable {
  /// The subject, as a user types it.
  public var subject = "swift"
  /// The release that is meant; nil: as a file says, else the newest.
  public var kernel: Kernel?
  /// The revision of `gather_range_pages()`; nil: as the domain says.
  public var gather: GatherRevision?
  public var seed: UInt64 = 1
  /// Operations; nil: as many as are usual for the workload.
  public var operations: Int?
  /// So many of them, from the first on, are judged; nil: all, up to ``JudgedWork/limit``.
  public var judged: Int?
  /// N of `tables-wanted-again`.
  public var again: UInt64 = 1000
  /// Where files of what is unsafe go; nil: nowhere.
  public var reproducers: String?
  public init() {}
}

/// Runs one cell: first what is judged, on an engine with every oracle for one subject, then all of it,
/// which is counted.
struct CellRun {
  let workload: LabWorkload
  let policy: Policy
  let driver: DriverChoice
  let mode: LabMode
  let options: CellOptions
  /// The parameter of a sweep, and its value.
  var parameter: (name: String, value: UInt64)?

  /// What each scenario of the workload is run on.
  private var heads: [Scenario] {
    (0..<workload.count).map { index in
      var head = workload.head(index, policy, driver, mode, options.kernel)
      if let gather = options.gather { head.domain.gather = gather }
      return head
    }
  }
  private var operations: Int { options.operations ?? workload.usualOperations ?? .max }

  func run() throws -> GridCell {
    var cell = GridCell(
      workload: workload.name, policy: policy, driver: driver, mode: mode.name,
      parameter: parameter,
      outcome: .safe)
    let heads = heads
    if let reason = absence(heads) {
      cell.outcome = .absent(reason)
      return cell
    }
    let judge = CellSafety(workload, heads, options)
    switch try judge.judge(upTo: operations) {
    case .failed(let reason):
      cell.outcome = .absent(reason)
      return cell
    case .found(let breach):
      let path = try judge.write(cell, breach)
      cell.check = path.map { path in
        let forbidden = breach.departure.map { " --forbid \($0)" } ?? ""
        return "iopt check --subject \(options.subject)\(forbidden) \(path)"
      }
      cell.outcome = .unsafe(
        reason: breach.reason, operation: breach.operation, reproducer: path)
      return cell
    case .kept(let count):
      cell.judged = driver.hasOtherTables ? 0 : count
      if driver.hasOtherTables || count == 0 { cell.outcome = .measured }
    }
    guard let counts = try count(heads) else {
      cell.outcome = .absent("the domain could not be opened, or its run ended early")
      return cell
    }
    cell.counts = counts
    return cell
  }

  /// Why such a cell cannot be.
  private func absence(_ heads: [Scenario]) -> String? {
    for (index, head) in heads.enumerated() {
      let place = heads.count > 1 ? "scenario \(index + 1): " : ""
      if !workload.usesLayer(index), mode.queue != nil {
        return place + "it drives the page table itself: there is no flush queue"
      }
      if !driver.fits(head.domain.format) {
        return place + "\(driver.name) has no tables of \(head.domain.format.name)"
      }
    }
    return nil
  }

  /// Runs all of it and counts; nil where a subject does not go on. Of what is a peak, the highest of the
  /// scenarios' counts.
  private func count(_ heads: [Scenario]) throws -> LabCounts? {
    let lane = try LaneChoice(options.subject).lane()
    lane.logsStores = true
    lane.reuseTables()
    let source = try workload.operations(seed: options.seed)
    var sum = LabCounts()
    var left = operations
    for head in heads where left > 0 {
      guard let counts = try count(head, source, &left, lane) else { return nil }
      sum += counts
    }
    return sum
  }

  private func count(
    _ head: Scenario, _ source: OperationSource, _ left: inout Int, _ lane: Lane
  ) throws -> LabCounts? {
    var lowered = LoweredScenario()
    lowered.lower(head)
    defer { lane.endScenario() }
    guard lane.open(lowered.configuration) == .done,
      let info = lane.records.lazy.compactMap(InfoRecord.init).first(where: { _ in true })
    else { return nil }
    let ledger = Ledger(head.domain, driver.driver(for: head.domain), again: options.again)
    ledger.begin(info, lane.records)
    while left > 0, let operation = try source.nextOperation() {
      guard lane.run(operation) == .done else { return nil }
      ledger.take(operation, lane.records)
      left -= 1
    }
    return ledger.finish()
  }

  /// The beginning of its first scenario, with so many unmaps if that is not too much, for counting the
  /// instructions of these; nil where there is none.
  func beginning(unmaps: Int, atMost limit: Int) throws -> (scenario: Scenario, unmaps: Int)? {
    var scenario = heads[0]
    let source = try workload.operations(seed: options.seed)
    var found = 0
    var size = 0
    while found < unmaps, size < limit, scenario.operations.count < operations,
      let operation = try source.nextOperation()
    {
      if RowPhase(ofOperation: operation.pointee.kind) == .unmap { found += 1 }
      size += 1 + Int(operation.pointee.piece_count)
      scenario.operations.append(Operation(operation.pointee))
    }
    return found > 0 ? (scenario, found) : nil
  }
}
