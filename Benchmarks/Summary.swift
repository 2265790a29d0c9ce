// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// The medians of all rounds as text and, with a base, its ratios.
struct Summary {
  let here: MeasureFile
  /// Another revision, and what to call it.
  let base: (name: String, file: MeasureFile)?

  var text: String {
    var tables: [String] = []
    for name in here.names where !tables.contains(name.table) { tables.append(name.table) }
    let parts = tables.map(table) + [verdicts]
    return parts.joined(separator: "\n") + (unmatched.map { "\n\($0)" } ?? "")
  }

  private func table(_ table: String) -> String {
    let names = here.names.filter { $0.table == table }
    return names.contains { !$0.column.isEmpty } ? matrix(table, names) : list(table, names)
  }

  // MARK: One figure a row

  private func list(_ table: String, _ names: [Measure.Name]) -> String {
    let heads = base.map { [$0.name, "here", "ratio", "rounds"] } ?? ["median", "rounds"]
    let rows = names.map { name in
      Self.columns(
        "  \(name.row), \(name.unit)",
        base == nil ? figures(here.series[name]!) : compared(name))
    }
    return Self.columns(table, heads) + rows.joined()
  }

  private func figures(_ series: Series) -> [String] {
    let values = series.values
    return [
      Self.short(series.median), "\(Self.short(values.min()!)) to \(Self.short(values.max()!))",
    ]
  }

  private func compared(_ name: Measure.Name) -> [String] {
    let one = Self.short(here.series[name]!.median)
    guard let other = base?.file.series[name] else { return ["-", one, "-", "-"] }
    guard let ratio = ratio(name) else { return [Self.short(other.median), one, "-", "-"] }
    return [
      Self.short(other.median), one, Self.ratio(ratio.median),
      "\(Self.ratio(ratio.rounds.lowerBound)) to \(Self.ratio(ratio.rounds.upperBound))",
    ]
  }

  // MARK: Several figures a row

  private func matrix(_ table: String, _ names: [Measure.Name]) -> String {
    var rows: [String] = []
    var columns: [String] = []
    for name in names {
      if !rows.contains(name.row) { rows.append(name.row) }
      if !columns.contains(name.column) { columns.append(name.column) }
    }
    var lines = [Self.columns(base.map { "\(table), over \($0.name)" } ?? table, columns)]
    for row in rows {
      let cells = columns.map { column in
        names.first { $0.row == row && $0.column == column }.map(cell) ?? "-"
      }
      lines.append(Self.columns("  \(row)", cells))
    }
    if base != nil {
      let means = columns.map { column in mean(names.filter { $0.column == column }) }
      lines.append(Self.columns("  geometric mean", means))
    }
    return lines.joined()
  }

  private func cell(_ name: Measure.Name) -> String {
    if base != nil { return ratio(name).map { Self.ratio($0.median) } ?? "-" }
    return Self.short(here.series[name]!.median)
  }

  private func mean(_ names: [Measure.Name]) -> String {
    let logarithms = names.compactMap { ratio($0).map { log($0.median) } }
    if logarithms.isEmpty { return "-" }
    return Self.ratio(exp(logarithms.reduce(0, +) / Double(logarithms.count)))
  }

  // MARK: What it comes to

  private func ratio(_ name: Measure.Name) -> Ratio? {
    guard let one = here.series[name], let other = base?.file.series[name] else { return nil }
    return Ratio(one, over: other)
  }

  private var verdicts: String {
    let lines =
      base.map { base in
        Target.ratios.map { $0.verdict(ratio($0.name)?.median, of: base.name) }
      } ?? Target.figures.map { $0.verdict(here.series[$0.name]?.median, of: nil) }
    return lines.map { "Target: \($0)\n" }.joined()
  }

  /// Figures that only one of the two has must not look like agreement.
  private var unmatched: String? {
    guard let base else { return nil }
    let lost = base.file.names.filter { here.series[$0] == nil }.count
    let new = here.names.filter { base.file.series[$0] == nil }.count
    guard lost + new > 0 else { return nil }
    return "Not compared: \(new) figures that \(base.name) lacks, \(lost) that only it has.\n"
  }

  // MARK: Text

  private static func ratio(_ value: Double) -> String { RowTable.number(value, digits: 3) }

  private static func short(_ value: Double) -> String {
    RowTable.number(value, digits: value >= 1000 ? 0 : value >= 10 ? 1 : 2)
  }

  private static func columns(_ name: String, _ cells: [String]) -> String {
    let head = name + String(repeating: " ", count: max(1, 40 - name.count))
    let rest = cells.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }
    return head + rest.joined() + "\n"
  }
}
