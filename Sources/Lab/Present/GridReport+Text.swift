// SPDX-License-Identifier: GPL-2.0-only

extension GridReport {
  /// A table for each workload, driver and mode: a line a meter, a column a policy. `*` marks the
  /// least; meters that nobody asked for by name and that are 0 throughout are left out.
  public var text: String {
    var text = ""
    for group in groups {
      text += "\(group.first!.place)\n"
      text += row("", group.map { "\($0.policy.name) " })
      for meter in meters where isShown(meter, in: group) {
        text += row(
          "\(meter.name) (\(meter.unit))",
          group.map { cell in
            guard cell.isRanked else { return "- " }
            let mark = isBest(cell, in: group, meter) ? "*" : " "
            return "\(meter.value(cell.counts))\(mark)"
          })
      }
      for cell in group { text += note(cell) }
      text += "\n"
    }
    return text + turnText + skipped.map { "skipped: \($0)\n" }.joined()
  }

  private func row(_ name: String, _ values: [String]) -> String {
    let columns = values.map { value in
      String(repeating: " ", count: max(1, 16 - value.count)) + value
    }
    let padding = String(repeating: " ", count: max(1, 36 - name.count))
    var line = "  \(name)\(padding)\(columns.joined())"
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }

  /// Why a cell is not ranked, in a line.
  private func note(_ cell: GridCell) -> String {
    switch cell.outcome {
    case .safe where cell.judged < cell.counts.operations:
      "  \(cell.policy.name): judged are the first \(cell.judged) of \(cell.counts.operations)"
        + " operations\n"
    case .safe: ""
    case .measured: "  \(cell.policy.name): measured, not judged\n"
    case .unsafe(_, _, let path):
      "  \(cell.policy.name): UNSAFE: \(cell.reason!)"
        + ((cell.check ?? path).map { " (\($0))" } ?? "") + "\n"
    case .absent(let reason): "  \(cell.policy.name): not run: \(reason)\n"
    }
  }

  /// Where a sweep's answer turns.
  private var turnText: String {
    guard cells.contains(where: { $0.parameter != nil && $0.isRanked }) else { return "" }
    let turns = turns
    if turns.isEmpty { return "no turn: what costs least at the first value does at each\n" }
    return turns.map { $0.text + "\n" }.joined()
  }

  /// A line a cell, with all meters; what was not run to its end has none. `best` names those of which
  /// it has the least.
  public var csv: String {
    let head =
      [
        "workload", "driver", "mode", "policy", "parameter", "value", "status", "operations",
        "judged", "reason", "reproducer", "best",
      ]
      + meters.map { "\($0.name)" }
    var text = head.joined(separator: ",") + "\n"
    for (cell, best) in groups.flatMap({ group in group.map { ($0, best($0, in: group)) } }) {
      var fields = [
        cell.workload, cell.driver.name, cell.mode, "\(cell.policy.name)",
        cell.parameter?.name ?? "", cell.parameter.map { "\($0.value)" } ?? "", cell.status,
        cell.isRanked ? "\(cell.counts.operations)" : "", "\(cell.judged)", cell.reason ?? "",
        cell.reproducer ?? "", best.joined(separator: " "),
      ]
      fields += meters.map { cell.isRanked ? "\($0.value(cell.counts))" : "" }
      text += fields.map(quoted).joined(separator: ",") + "\n"
    }
    return text
  }

  private func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n\r".contains($0) }) else { return field }
    return "\""
      + field.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
