// SPDX-License-Identifier: GPL-2.0-only

/// A grid as JSON has it.
public struct GridJSON: Encodable, Sendable {
  struct Meter: Encodable {
    var name: String
    var unit: String
    var definition: String
  }

  struct Cell: Encodable {
    var workload: String
    var driver: String
    var mode: String
    var policy: String
    var parameter: String?
    var value: UInt64?
    var status: String
    /// Operations that were counted, nil where it did not run to its end; and that were judged.
    var operations: UInt64?
    var judged: Int
    var reason: String?
    var reproducer: String?
    /// The command that shows what is unsafe again.
    var check: String?
    /// By the meter's name; nil where it did not run to its end.
    var counts: [String: UInt64]?
    /// Meters of which it has the least in its group.
    var best: [String]
  }

  var command: String
  var meters: [Meter]
  var cells: [Cell]
  var turns: [String]
  /// What was asked for and could not be done.
  var skipped: [String]

  /// All that a report says.
  public init(_ report: GridReport) {
    command = report.command
    meters = report.meters.map { Meter(name: $0.name, unit: $0.unit, definition: $0.definition) }
    turns = report.turns.map(\.text)
    skipped = report.skipped
    cells = report.groups.flatMap { group in
      group.map { cell in
        let values = report.meters.map { ($0.name, $0.value(cell.counts)) }
        return Cell(
          workload: cell.workload, driver: cell.driver.name, mode: cell.mode,
          policy: "\(cell.policy.name)", parameter: cell.parameter?.name,
          value: cell.parameter?.value, status: cell.status,
          operations: cell.isRanked ? cell.counts.operations : nil, judged: cell.judged,
          reason: cell.reason, reproducer: cell.reproducer, check: cell.check,
          counts: cell.isRanked ? Dictionary(uniqueKeysWithValues: values) : nil,
          best: report.best(cell, in: group))
      }
    }
  }
}
