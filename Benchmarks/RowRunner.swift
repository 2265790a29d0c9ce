// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI

/// Nanoseconds of one call, best of all batches.
struct Figures {
  var map = Double.infinity
  var lookup = Double.infinity
  var unmap = Double.infinity
}

/// Runs the batches of one row on one subject.
final class RowRunner {
  private let row: Row
  private let lane: Lane
  private var maps = LoweredScenario()
  private var lookups = LoweredScenario()
  private var unmaps = LoweredScenario()

  init(_ row: Row, _ subject: Subject) {
    self.row = row
    lane = Lane(subject)
    for index in 0..<row.calls {
      let at = row.start + UInt64(index) * row.length
      maps.append(
        .map(iova: at, pa: at + row.skew, length: row.length, prot: [.read, .write]))
      lookups.append(.iovaToPhys(iova: at + row.length / 2))
      if !row.unmapsAtOnce { unmaps.append(.unmap(iova: at, length: row.length)) }
    }
    if row.unmapsAtOnce {
      unmaps.append(.unmap(iova: row.start, length: row.length * UInt64(row.calls)))
    }
  }

  /// Slots are never reused, so rows that free tables open the domain again after so many: those
  /// that the harness keeps in memory, so that no row pays for new pages.
  private static let slotLimit = 3500

  /// Opens the domain.
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

  /// Runs `batches` batches; with `timed` false no clock is read (for counting instructions).
  func run(batches: Int, timed: Bool = true) -> Figures {
    var figures = Figures()
    open()
    for batch in 0..<batches {
      if lane.slotsUsed > Self.slotLimit { open() }
      figures.map = min(figures.map, pass(maps, timed, check: batch == 0))
      figures.lookup = min(figures.lookup, pass(lookups, timed, check: false))
      figures.unmap = min(figures.unmap, pass(unmaps, timed, check: false))
    }
    lane.endScenario()
    return figures
  }

  private func pass(_ operations: borrowing LoweredScenario, _ timed: Bool, check: Bool) -> Double {
    let start = timed ? nanoseconds() : 0
    for index in 0..<operations.count { _ = lane.run(operations.operations + index) }
    let elapsed = timed ? nanoseconds() - start : 0
    if check { checkMapped() }
    return Double(elapsed) / Double(operations.count)
  }

  /// The last map must have succeeded: a benchmark of an error path would flatter.
  private func checkMapped() {
    let result = lane.records.lazy.compactMap(ResultRecord.init).first { _ in true }
    precondition(result != nil, "\(row.name): a map returned nothing")
    precondition(result!.value == 0, "\(row.name): a map failed")
  }
}

/// For what is shorter than a turn on the processor.
func nanoseconds() -> UInt64 { nanoseconds(of: CLOCK_MONOTONIC) }

/// Of this process, for what is longer: the turns of other processes are left out.
func processorNanoseconds() -> UInt64 { nanoseconds(of: CLOCK_PROCESS_CPUTIME_ID) }

private func nanoseconds(of clock: clockid_t) -> UInt64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
