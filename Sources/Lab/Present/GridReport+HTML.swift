// SPDX-License-Identifier: GPL-2.0-only

extension GridReport {
  static let colours = ["#3b6ea5", "#d98c21", "#5a9e5a", "#8a5aa8", "#888888"]

  /// One page that needs nothing else: plots as SVG, then all numbers. It is well-formed XML too.
  public var html: String {
    let title = "Policies for empty tables, compared"
    var page = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/><title>\(title)</title>
      <style>
      body { font: 14px sans-serif; margin: 2em; max-width: 75em; }
      table { border-collapse: collapse; margin: 0.5em 0 1.5em; }
      td, th { padding: 2px 8px; text-align: right; border-bottom: 1px solid #ddd; }
      th:first-child, td:first-child { text-align: left; }
      .best { font-weight: bold; background: #dff0d8; }
      .unsafe { color: #b00020; text-align: left; }
      svg { display: block; margin: 0.5em 0; }
      </style></head><body>
      <h1>\(title)</h1>
      <p>Made by <code>\(escaped(command))</code>. Counts are exact; less is better. The least of a row \
      is <span class="best">marked</span>; what is <span class="unsafe">unsafe</span> has no counts.</p>

      """
    page += cells.contains { $0.parameter != nil } ? sweepPlots : barPlots
    for turn in turns { page += "<p>\(escaped(turn.text))</p>\n" }
    for one in skipped { page += "<p>skipped: \(escaped(one))</p>\n" }
    page += "<h2>All numbers</h2>\n"
    for group in groups { page += table(group) }
    page += "<h2>Meters</h2>\n<dl>\n"
    for meter in meters {
      page += "<dt>\(meter.name) (\(meter.unit))</dt><dd>\(escaped(meter.definition))</dd>\n"
    }
    return page + "</dl>\n</body></html>\n"
  }

  private func table(_ group: ArraySlice<GridCell>) -> String {
    var text = "<h3>\(escaped(group.first!.place))</h3>\n<table><tr><th>meter</th>"
    text += group.map { "<th>\($0.policy.name)</th>" }.joined() + "</tr>\n"
    for meter in meters where isShown(meter, in: group) {
      text += "<tr><td>\(meter.name) (\(meter.unit))</td>"
      for cell in group {
        let mark = isBest(cell, in: group, meter) ? " class=\"best\"" : ""
        text += "<td\(mark)>" + (cell.isRanked ? "\(meter.value(cell.counts))" : "-") + "</td>"
      }
      text += "</tr>\n"
    }
    text += "</table>\n"
    for cell in group {
      if cell.outcome == .measured {
        text += "<p>\(cell.policy.name): measured, not judged</p>\n"
      } else if cell.isRanked, cell.judged < cell.counts.operations {
        text +=
          "<p>\(cell.policy.name): judged are the first \(cell.judged) of \(cell.counts.operations)"
          + " operations</p>\n"
      }
      guard let reason = cell.reason else { continue }
      let file =
        (cell.check ?? cell.reproducer).map { " (<code>\(escaped($0))</code>)" } ?? ""
      text +=
        "<p class=\"unsafe\">\(cell.policy.name), \(cell.status): \(escaped(reason))\(file)</p>\n"
    }
    return text
  }

  /// What is plotted: those of these that are shown and not 0 throughout.
  var plotted: [LabMeter] {
    let wanted = [
      "time", "commands", "traps", "leaves-lost", "tables-allocated", "table-peak",
      "iova-held-peak",
    ]
    let chosen = meters.count <= 6 ? meters : meters.filter { wanted.contains($0.name) }
    return chosen.filter { meter in cells.contains { meter.value($0.counts) > 0 } }
  }

  // MARK: Bars

  private var barPlots: String {
    var text = ""
    for (place, series) in series {
      text += "<h2>\(escaped(place))</h2>\n"
      for meter in plotted {
        guard series.contains(where: { meter.value($0.cells[0].counts) > 0 }) else { continue }
        text += bars(series.map { ($0.name, $0.cells[0]) }, meter)
      }
    }
    return text
  }

  private func bars(_ rows: [(name: String, cell: GridCell)], _ meter: LabMeter) -> String {
    let most = max(rows.map { meter.value($0.cell.counts) }.max() ?? 1, 1)
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"\(rows.count * 16 + 24)\""
      + " role=\"img\"><title>\(meter.name)</title>\n"
      + label(0, 14, "\(meter.name) (\(meter.unit))", "font-weight=\"bold\"")
    for (index, row) in rows.enumerated() {
      let y = 22 + index * 16
      text += label(190, y + 11, row.name, "text-anchor=\"end\"")
      guard row.cell.isRanked else {
        text += label(196, y + 11, row.cell.status, "fill=\"#b00020\"")
        continue
      }
      let value = meter.value(row.cell.counts)
      let width = Int(Double(value) / Double(most) * 540)
      let colour = Self.colours[Int(row.cell.policy.rawValue) % Self.colours.count]
      text +=
        "<rect x=\"196\" y=\"\(y)\" width=\"\(max(width, 1))\" height=\"13\" fill=\"\(colour)\"/>\n"
        + label(200 + width, y + 11, "\(value)", "")
    }
    return text + "</svg>\n"
  }
}
