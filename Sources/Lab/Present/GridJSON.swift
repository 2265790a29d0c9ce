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
    var judged: Int
    var reason: String?
    var reproducer: String?
    /// By the meter's name; nil where it did not run to its end.
    var counts: [String: UInt64]?
    /// Meters of which it has the least in its group.
    var best: [String]
  }

  var command: String
  var meters: [Meter]
  var cells: [Cell]
  var turns: [String]

  /// All that a report says.
  public init(_ report: GridReport) {
    command = report.command
    meters = report.meters.map { Meter(name: $0.name, unit: $0.unit, definition: $0.definition) }
    turns = report.turns.map(\.text)
    cells = report.groups.flatMap { group in
      group.map { cell in
        let values = report.meters.map { ($0.name, $0.value(cell.counts)) }
        return Cell(
          workload: cell.workload, driver: cell.driver.name, mode: cell.mode,
          policy: "\(cell.policy.name)", parameter: cell.parameter?.name,
          value: cell.parameter?.value, status: cell.status, judged: cell.judged,
          reason: cell.reason, reproducer: cell.reproducer,
          counts: cell.isRanked ? Dictionary(uniqueKeysWithValues: values) : nil,
          best: report.meters.filter { report.isBest(cell, in: group, $0) }.map(\.name))
      }
    }
  }
}
