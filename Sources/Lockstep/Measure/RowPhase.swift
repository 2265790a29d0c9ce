// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What a batch of a row does one after the other, and what is measured of it.
public enum RowPhase: String, CaseIterable, Sendable {
  case map, lookup, unmap
  /// The driver's sync, after all of the batch was unmapped into one gather.
  case sync

  /// What callgrind knows the phase by.
  var symbol: String { "lockstep_measure_\(rawValue)" }

  /// What it knows a row's end by.
  static let endOfRow = "lockstep_measure_end"
}

/// The phase that runs. Each of the functions below writes a number of its own, so that none is
/// taken for another and merged with it.
nonisolated(unsafe) private var running = 0

/// Runs all operations on the open domain of a lane.
@inline(__always)
private func runAll(_ lane: Lane, _ operations: borrowing LoweredScenario) {
  for index in 0..<operations.count { _ = lane.run(operations.operations + index) }
}

@inline(never) @_silgen_name("lockstep_measure_map")
private func runMaps(_ lane: Lane, _ operations: borrowing LoweredScenario) {
  running = 1
  runAll(lane, operations)
}

@inline(never) @_silgen_name("lockstep_measure_lookup")
private func runLookups(_ lane: Lane, _ operations: borrowing LoweredScenario) {
  running = 2
  runAll(lane, operations)
}

@inline(never) @_silgen_name("lockstep_measure_unmap")
private func runUnmaps(_ lane: Lane, _ operations: borrowing LoweredScenario) {
  running = 3
  runAll(lane, operations)
}

@inline(never) @_silgen_name("lockstep_measure_sync")
private func runSync(_ lane: Lane, _ operations: borrowing LoweredScenario) {
  running = 4
  runAll(lane, operations)
}

@inline(never) @_silgen_name("lockstep_measure_uncounted")
func runUncounted(_ lane: Lane, _ operations: borrowing LoweredScenario) {
  running = 5
  runAll(lane, operations)
}

/// Where callgrind ends the counts of a row.
@inline(never) @_silgen_name("lockstep_measure_end")
func endRow() { running = 0 }

extension RowPhase {
  /// Runs the operations of one phase.
  func run(_ lane: Lane, _ operations: borrowing LoweredScenario) {
    switch self {
    case .map: runMaps(lane, operations)
    case .lookup: runLookups(lane, operations)
    case .unmap: runUnmaps(lane, operations)
    case .sync: runSync(lane, operations)
    }
  }
}
