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
  public var kernel = Kernel.linux7_3
  /// The revision of `gather_range_pages()`; nil: as the domain says.
  public var gather: GatherRevision?
  public var seed: UInt64 = 1
  /// Operations; nil: as many as are usual for the workload.
  public var operations: Int?
  /// So many of them, from the first on, are judged.
  public var judged = 2000
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

  private var head: Scenario {
    var head = workload.head(policy, driver, mode, options.kernel)
    if let gather = options.gather { head.domain.gather = gather }
    return head
  }
  private var operations: Int { options.operations ?? workload.usualOperations ?? .max }

  func run() throws -> GridCell {
    var cell = GridCell(
      workload: workload.name, policy: policy, driver: driver, mode: mode.name, outcome: .safe)
    if let reason = absence {
      cell.outcome = .absent(reason)
      return cell
    }
    let judge = CellSafety(self.head, options)
    switch try judge.judge(workload, upTo: min(options.judged, operations)) {
    case .failed(let reason):
      cell.outcome = .absent(reason)
      return cell
    case .found(let reason, let operation):
      let path = try judge.write(cell, workload, count: operation + 1)
      cell.outcome = .unsafe(reason: reason, operation: operation, reproducer: path)
      return cell
    case .kept(let count):
      cell.judged = driver.hasOtherTables ? 0 : count
      if driver.hasOtherTables || count == 0 { cell.outcome = .measured }
    }
    guard let counts = try count() else {
      cell.outcome = .absent("the domain could not be opened, or its run ended early")
      return cell
    }
    cell.counts = counts
    return cell
  }

  /// Why such a cell cannot be.
  private var absence: String? {
    if !workload.usesLayer, mode.queue != nil {
      return "it drives the page table itself: there is no flush queue"
    }
    if !driver.fits(head.domain.format) {
      return "\(driver.name) has no tables of \(head.domain.format.name)"
    }
    return nil
  }

  /// Runs all of it and counts; nil where a subject does not go on.
  private func count() throws -> LabCounts? {
    let lane = try LaneChoice(options.subject).lane()
    lane.logsStores = true
    lane.reuseTables()
    var lowered = LoweredScenario()
    lowered.lower(head)
    defer { lane.endScenario() }
    guard lane.open(lowered.configuration) == .done,
      let info = lane.records.lazy.compactMap(InfoRecord.init).first(where: { _ in true })
    else { return nil }
    let ledger = Ledger(head.domain, driver.driver(for: head.domain), again: options.again)
    ledger.begin(info, lane.records)
    let source = try workload.operations(seed: options.seed)
    var left = operations
    while left > 0, let operation = try source.nextOperation() {
      guard lane.run(operation) == .done else { return nil }
      ledger.take(operation, lane.records)
      left -= 1
    }
    return ledger.finish()
  }
}
