// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension ReviewCosts {
  /// The part of a report for a terminal.
  var section: [String] { ["", "Costs"] + table.map { "  \($0)" } + remarks.map { "  \($0)" } }

  /// The same for Markdown.
  var markdownSection: [String] {
    ["", "### What does it cost", "", "```"] + table + ["```", ""] + remarks.map { "- \($0)" }
  }

  /// A cost is told, and fails nothing: that is for a reader to say.
  var results: [(passes: Bool, text: String)] { summary.map { (true, "cost \($0)") } }

  /// Rows, means and what the driver was asked for.
  private var table: [String] {
    let heads = ["ns BASE", "HEAD", "ratio", "instr BASE", "HEAD", "ratio"]
    let figures = rows.filter(\.isShown).map { row in
      Self.line(
        "\(row.name) \(row.phase)",
        Self.cells(row.times, digits: 1) + Self.cells(row.instructions, digits: 0))
    }
    let counted =
      workload.map { sides in
        [Self.line("generated scenarios", ["BASE", "HEAD", "ratio"])]
          + Self.counts.map { name, count in
            let values = sides.map { Double($0[keyPath: count]) }
            return Self.line(name, Self.cells(values, digits: 0))
          }
      } ?? []
    return [Self.line("one call", heads)] + figures + counted
  }

  private static let counts: [(String, any KeyPath<WorkloadCount, Int> & Sendable)] = [
    ("operations", \.operations), ("syncs", \.syncs), ("flushes", \.flushes),
    ("freed tables", \.freedTables),
  ]

  /// In words: means of each phase, and what was not measured.
  private var remarks: [String] {
    summary + [leftOut].compactMap { $0 } + notDone.map { "not measured: \($0)" }
  }

  private var summary: [String] {
    [RowPhase.map, .unmap, .sync].compactMap { phase in
      let parts = [
        mean(of: phase, \.instructions).map { "\(Self.number($0, digits: 3)) of the instructions" },
        mean(of: phase, \.times).map { "\(Self.number($0, digits: 2)) of the time" },
      ].compactMap { $0 }
      return parts.isEmpty
        ? nil : "\(phase), HEAD over BASE, geometric mean: \(parts.joined(separator: ", "))"
    }
  }

  private var leftOut: String? {
    let count = rows.filter { $0.isMeasured && !$0.isShown }.count
    return count == 0
      ? nil : "\(count) more figures, which differ by less than 1 % of the instructions: --json"
  }

  private static func cells(_ values: [Double?], digits: Int) -> [String] {
    values.map { $0.map { number($0, digits: digits) } ?? "-" }
      + [ratio(values).map { number($0, digits: 2) } ?? "-"]
  }

  private static func line(_ name: String, _ cells: [String]) -> String {
    name + String(repeating: " ", count: max(1, 28 - name.count))
      + cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
  }

  /// Not negative, with so many digits behind the point.
  private static func number(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { product, _ in product * 10 }
    let scaled = Int((value * Double(scale)).rounded())
    if digits == 0 { return "\(scaled)" }
    let rest = String(scaled % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: digits - rest.count) + rest
  }
}

extension ReviewCosts.Row {
  /// Whether anything is known of it.
  fileprivate var isMeasured: Bool { (times + instructions).contains { $0 != nil } }

  /// The smallest pages, and all that changed: by instructions, which repeat, or else by time, which
  /// does not quite.
  fileprivate var isShown: Bool {
    guard isMeasured else { return false }
    if name.hasSuffix(" 4K") { return true }
    if let ratio = ReviewCosts.ratio(instructions) { return abs(ratio - 1) > 0.01 }
    return ReviewCosts.ratio(times).map { abs($0 - 1) > 0.25 } ?? true
  }
}
