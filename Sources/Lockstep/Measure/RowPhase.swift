// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// What a batch of a row does one after the other, and what is measured of it.
public enum RowPhase: String, CaseIterable, Sendable {
  case map, lookup, unmap
  /// The driver's sync, after all of the batch was unmapped into one gather.
  case sync

  /// What an operation of a scenario is (`enum iopt_op_kind`); nil where it neither maps nor unmaps.
  public init?(ofOperation kind: UInt32) {
    switch iopt_op_kind(kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG,
      IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_IOVA_ALLOC:
      self = .map
    case IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST, IOPT_OP_DMA_UNMAP, IOPT_OP_DMA_UNMAP_PHYS_OR_SG,
      IOPT_OP_DMA_IOVA_DESTROY:
      self = .unmap
    default: return nil
    }
  }

  /// What callgrind knows the phase by.
  var symbol: String { "lockstep_measure_\(rawValue)" }

  /// What it knows a row's end by.
  static let endOfRow = "lockstep_measure_end"

  /// What it knows one unmap of a scenario by.
  static let oneUnmap = "lockstep_measure_one_unmap"
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

@inline(never) @_silgen_name("lockstep_measure_one_unmap")
private func runUnmap(_ lane: Lane, _ operation: UnsafePointer<iopt_op>) {
  running = 6
  _ = lane.run(operation)
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

/// Runs scenarios for callgrind: each ends a row, and its unmaps are those of the row.
func countUnmaps(_ scenarios: [Scenario], _ lane: Lane) {
  for scenario in scenarios {
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    if lane.open(lowered.configuration) == .done {
      for index in 0..<lowered.count {
        let operation = lowered.operations + index
        if RowPhase(ofOperation: operation.pointee.kind) == .unmap {
          runUnmap(lane, operation)
        } else {
          _ = lane.run(operation)
        }
      }
    }
    lane.endScenario()
    endRow()
  }
}
