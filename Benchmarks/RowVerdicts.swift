// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep

/// What the rows are held to, and which of them miss it. Sides are in the order C, Swift, kernel.
struct RowVerdicts {
  private var logarithms = 0.0
  private var timed = 0
  private var counted = 0
  private var overCount: [String] = []
  private var slowerThanKernel: [String] = []
  private var dearPlugin: [String] = []
  private var hasKernel = false

  /// More instructions on the Swift side than this multiple of the C side's miss the target.
  private static let limit = 1.10
  /// Times vary; where instructions are not counted, so much more than the kernel's is allowed.
  private static let timeLimit = 1.10
  /// What a call of the kernel's code in the shim may take, in the C port's instructions.
  private static let pluginLimit = 1.5

  /// Takes in the times of one phase of a row.
  mutating func addTime(_ times: [Double?]) {
    guard let c = times[0], let swift = times[1] else { return }
    logarithms += log(swift / c)
    timed += 1
  }

  /// Whether Swift is at or below the kernel's own code; nil without one.
  mutating func judge(
    _ row: MeasuredRow, _ phase: RowPhase, _ times: [Double?], _ instructions: [Double?]
  ) -> Bool? {
    guard times.count > 2 else { return nil }
    hasKernel = true
    let isMet =
      if let swift = instructions[1], let kernel = instructions[2] {
        swift <= kernel
      } else if let swift = times[1], let kernel = times[2] {
        swift <= kernel * Self.timeLimit
      } else { true }
    if !isMet { slowerThanKernel.append("\(row.name) \(phase)") }
    return isMet
  }

  /// Takes in the instructions of a map, a lookup and an unmap.
  mutating func addTotals(_ row: MeasuredRow, _ totals: [Double?]) {
    guard let c = totals[0], let swift = totals[1] else { return }
    counted += 1
    if swift / c > Self.limit { overCount.append(row.name) }
    if totals.count > 2, let kernel = totals[2], kernel / c > Self.pluginLimit {
      dearPlugin.append(row.name)
    }
  }

  /// What it comes to, a line each.
  var lines: [String] {
    let mean = exp(logarithms / Double(max(timed, 1)))
    var lines = [
      "Swift/C time, geometric mean of all columns: \(RowTable.number(mean, digits: 3))"
        + " (target: below 1: \(mean < 1 ? "met" : "not met"))"
    ]
    if counted > 0 {
      lines.append(
        Self.line("Instructions", overCount, "no row above \(Self.limit)", "above \(Self.limit)"))
    }
    guard hasKernel else { return lines + ["Against the kernel's own code: skipped"] }
    lines.append(
      Self.line(
        "Swift's maps and unmaps against the kernel's own code", slowerThanKernel,
        "no row above it", "above it"))
    if counted > 0 {
      lines.append(
        Self.line(
          "The kernel's code in the shim, in the C port's instructions", dearPlugin,
          "no row above \(Self.pluginLimit)", "above \(Self.pluginLimit)"))
    }
    return lines
  }

  private static func line(_ what: String, _ rows: [String], _ met: String, _ missed: String)
    -> String
  {
    rows.isEmpty
      ? "\(what): \(met) (met)" : "\(what): \(missed) (not met): \(rows.joined(separator: ", "))"
  }
}
