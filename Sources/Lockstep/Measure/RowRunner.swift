// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import ScenarioLanguage

/// A number for each phase: nanoseconds of one call, or instructions.
public typealias PhaseFigures = [RowPhase: Double]

/// Runs the batches of one row on one lane.
public final class RowRunner {
  private let row: MeasuredRow
  private let lane: Lane
  private let syncs: Int
  /// The empty subject answers nothing.
  private var checksResults: Bool { lane.subject.name != Subject.empty.name }
  private var maps = LoweredScenario()
  private var lookups = LoweredScenario()
  private var unmaps = LoweredScenario()
  private var fastUnmaps = LoweredScenario()
  private var sync = LoweredScenario()

  /// Runs on a lane that nobody else uses. `syncs`: so often is the batch mapped again and unmapped
  /// into a gather, for its sync, which is too short for the clock to be timed once.
  public init(_ row: MeasuredRow, _ lane: Lane, syncs: Int = 0) {
    self.row = row
    self.lane = lane
    self.syncs = syncs
    fastUnmaps.append(.gather(0, queued: false))
    for index in 0..<row.calls {
      let at = row.start + UInt64(index) * row.length
      maps.append(
        .map(iova: at, pa: at + row.skew, length: row.length, prot: [.read, .write]))
      lookups.append(.iovaToPhys(iova: at + row.length / 2))
      if !row.unmapsAtOnce {
        unmaps.append(.unmap(iova: at, length: row.length))
        fastUnmaps.append(.unmapFast(gather: 0, iova: at, length: row.length))
      }
    }
    if row.unmapsAtOnce {
      let length = row.length * UInt64(row.calls)
      unmaps.append(.unmap(iova: row.start, length: length))
      fastUnmaps.append(.unmapFast(gather: 0, iova: row.start, length: length))
    }
    sync.append(.iotlbSync(gather: 0))
  }

  /// Slots are never reused, so rows that free tables open the domain again after so many: those
  /// that the harness keeps in memory, so that no row pays for new pages.
  private static let slotLimit = 3500

  private func open() {
    lane.endScenario()
    var scenario = LoweredScenario()
    scenario.lower(Scenario(domain: row.domain))
    if let neighbour = row.neighbour {
      scenario.append(
        .map(
          iova: neighbour.start, pa: neighbour.start, length: neighbour.length,
          prot: [.read, .write]))
    }
    require(lane.open(scenario.configuration), "opened")
    for index in 0..<scenario.count {
      require(lane.run(scenario.operations + index), "prepared")
    }
  }

  private func require(_ status: SubjectStatus, _ what: String) {
    if status != .done { fatalError("\(row.name): the domain could not be \(what): \(status)") }
  }

  /// Runs one batch that does not count and then `batches`; the best of each phase.
  public func run(batches: Int) -> PhaseFigures {
    start()
    var figures = PhaseFigures()
    for _ in 0..<batches { figures.merge(batch(), uniquingKeysWith: min) }
    end()
    return figures
  }

  /// Opens the domain and makes the tables that stay.
  public func start() {
    open()
    runUncounted(lane, maps)
    if checksResults { checkMapped() }
    runUncounted(lane, unmaps)
  }

  /// Closes the domain.
  public func end() { lane.endScenario() }

  /// Nanoseconds of one call of each phase.
  public func batch() -> PhaseFigures {
    if lane.slotsUsed > Self.slotLimit { start() }
    var figures: PhaseFigures = [
      .map: time(.map, maps), .lookup: time(.lookup, lookups), .unmap: time(.unmap, unmaps),
    ]
    if syncs > 0 { figures[.sync] = timeSyncs() }
    return figures
  }

  /// The mean: what a short time is rounded to differs from one to the next.
  private func timeSyncs() -> Double {
    var sum = 0.0
    for _ in 0..<syncs {
      if lane.slotsUsed > Self.slotLimit { start() }
      runUncounted(lane, maps)
      runUncounted(lane, fastUnmaps)
      sum += time(.sync, sync)
    }
    return sum / Double(syncs)
  }

  /// Calls that one figure of a batch is the mean of.
  func calls(_ phase: RowPhase) -> Int { phase == .sync ? syncs : row.calls(phase) }

  private func time(_ phase: RowPhase, _ operations: borrowing LoweredScenario) -> Double {
    let start = nanoseconds()
    phase.run(lane, operations)
    return Double(nanoseconds() - start) / Double(operations.count)
  }

  /// The last map must have succeeded: a benchmark of an error path would flatter.
  private func checkMapped() {
    let result = lane.records.lazy.compactMap(ResultRecord.init).first { _ in true }
    precondition(result != nil, "\(row.name): a map returned nothing")
    precondition(result!.value == 0, "\(row.name): a map failed")
  }
}

/// What the clock's times are multiples of, in nanoseconds.
func clockStep() -> UInt64 {
  var step: UInt64 = 0
  var last = nanoseconds()
  for _ in 0..<1000 {
    let now = nanoseconds()
    var difference = now - last
    last = now
    while difference != 0 { (step, difference) = (difference, step % difference) }
  }
  return max(1, step)
}

/// For what is shorter than a turn on the processor.
private func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
