// SPDX-License-Identifier: GPL-2.0-only

/// What a figure is to reach.
struct Target {
  let name: Measure.Name
  let least: Double

  static let loop = Measure.Name(
    table: "fuzz loop, one process", row: "mutating run", unit: "operations/s")
  static let replay = "iopt replay, operations/s"

  /// Against another revision.
  static let ratios = [Target(name: loop, least: 0.75)]
  /// By itself.
  static let figures = ["swift", "reference"].map {
    Target(
      name: Measure.Name(
        table: replay, row: "a million operations", column: $0, unit: "operations/s"),
      least: 1_000_000)
  }

  /// `value` is nil when it was not measured.
  func verdict(_ value: Double?, of base: String?) -> String {
    let parts = [name.table, name.row, name.column].filter { !$0.isEmpty }
    let of = base.map { " of \($0)'s" } ?? ""
    let digits = base == nil ? 0 : 2
    let goal =
      "\(parts.joined(separator: ", ")): at least \(RowTable.number(least, digits: digits))"
      + "\(of) \(name.unit)"
    guard let value else { return "\(goal): not measured" }
    return "\(goal): \(RowTable.number(value, digits: base == nil ? 0 : 3))"
      + " (\(value >= least ? "met" : "not met"))"
  }
}
