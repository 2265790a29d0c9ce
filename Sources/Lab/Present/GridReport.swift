// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What a grid came to, ready to be shown: as text, CSV, JSON or one HTML page. It says the same in all.
public struct GridReport: Sendable {
  /// In the order of the grid.
  public let cells: [GridCell]
  /// What is shown of each.
  public let meters: [LabMeter]
  /// Whether they were asked for by name: what is 0 then is shown, too.
  private let areNamed: Bool
  /// The command that made it, for a reader who wants to do that again.
  public let command: String
  /// What was asked for and could not be done, a sentence each.
  public let skipped: [String]

  /// With a cost table, times are shown too, in front. `names`: only these meters; none: all.
  /// `instructions`: those of unmaps were asked for.
  public init(
    _ cells: [GridCell], costs: CostTable, meters names: [String] = [], command: String = "",
    instructions: Bool = false, skipped: [String] = []
  ) throws(LabError) {
    self.cells = cells
    areNamed = !names.isEmpty
    self.command = command
    self.skipped = skipped
    let time = LabMeter(
      "time", "ns", "What the counts come to by the cost table.", { costs.time($0) })
    let all =
      (costs.isEmpty ? [] : [time]) + LabMeter.all
      + (instructions ? [LabMeter.unmapInstructions] : [])
    let optional = [
      time.name: "--cost or --cost-table", LabMeter.unmapInstructions.name: "--instructions",
    ]
    for name in names where !all.contains(where: { $0.name == name }) {
      if let option = optional[name] {
        throw LabError("--meter \(name): expected \(option) beside it")
      }
      let list =
        ([time] + LabMeter.all + [.unmapInstructions]).map(\.name).joined(separator: ", ")
      throw LabError("--meter '\(name)': expected \(list)")
    }
    meters = names.isEmpty ? all : all.filter { names.contains($0.name) }
  }

  /// Cells of one workload, driver, mode and value: they differ in their policy alone.
  var groups: [ArraySlice<GridCell>] {
    var groups: [ArraySlice<GridCell>] = []
    var first = 0
    for index in cells.indices.dropFirst() where !cells[index].isBeside(cells[first]) {
      groups.append(cells[first..<index])
      first = index
    }
    if !cells.isEmpty { groups.append(cells[first...]) }
    return groups
  }

  /// Whether a cell has the least of those of its group that are ranked, and they are not all the same.
  func isBest(_ cell: GridCell, in group: ArraySlice<GridCell>, _ meter: LabMeter) -> Bool {
    guard cell.isRanked, meter.isRanked else { return false }
    let values = group.filter(\.isRanked).map { meter.value($0.counts) }
    guard let least = values.min(), least != values.max() else { return false }
    return meter.value(cell.counts) == least
  }

  /// The meters of which a cell has the least of its group.
  func best(_ cell: GridCell, in group: ArraySlice<GridCell>) -> [String] {
    meters.filter { isBest(cell, in: group, $0) }.map(\.name)
  }

  /// Whether a table of a group has a line for a meter.
  func isShown(_ meter: LabMeter, in group: ArraySlice<GridCell>) -> Bool {
    group.contains { $0.isRanked && (areNamed || meter.value($0.counts) > 0) }
  }
}

extension GridCell {
  /// Whether nothing but the policy is another.
  func isBeside(_ other: GridCell) -> Bool {
    workload == other.workload && driver == other.driver && mode == other.mode
      && parameter?.value == other.parameter?.value
  }

  /// Such as `nvme behind riscv, strict`.
  var place: String {
    "\(workload) behind \(driver.name), \(mode)"
      + (parameter.map { ", \($0.name)=\($0.value)" } ?? "")
  }
}
