// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep

/// What all sides took in one row, in the order of ``RowSides/all``.
struct RowFigures {
  var times: [PhaseFigures]
  /// nil when they were not counted.
  var instructions: [PhaseFigures]?

  /// Instructions of one map, one lookup and one unmap of a side.
  func total(_ side: Int) -> Double? { instructions?[side].values.reduce(0, +) }
}

/// Prints the rows and keeps what the summary needs.
struct RowTable {
  private let sides: RowSides
  private let counts: Bool
  private let measures: MeasureLog?
  private(set) var verdicts = RowVerdicts()
  static let phases: [RowPhase] = [.map, .lookup, .unmap]

  /// `counts`: whether instructions are there.
  init(_ sides: RowSides, counts: Bool, measures: MeasureLog?) {
    self.sides = sides
    self.counts = counts
    self.measures = measures
  }

  func printHeader() {
    print("Page table, stores off: nanoseconds (best batch) and instructions of one call.")
    if !counts { print("Instructions: left out (\(Callgrind.missing)).") }
    if sides.kernel == nil { print("kernel: skipped: \(sides.reason)") }
    let columns = ["C", "Swift", "kernel", "Swift/C", "Swift/k"]
    print(Self.columns("", ["ns"] + [String](repeating: "", count: 4) + ["instr"]))
    print(Self.columns("row", columns + columns + ["target"]))
  }

  /// `figures` in the order of ``RowSides/all``.
  mutating func add(_ row: MeasuredRow, _ figures: RowFigures) {
    for phase in Self.phases {
      let times = figures.times.map { $0[phase] }
      let instructions = figures.instructions?.map { $0[phase] } ?? times.map { _ in nil }
      // One lookup a batch is below what the clock tells.
      let isTimed = row.calls > 1 || phase != .lookup
      if isTimed {
        measure(row, phase.rawValue, times, "ns")
        verdicts.addTime(times)
      }
      let isMet = phase == .lookup ? nil : verdicts.judge(row, phase, times, instructions)
      print(
        Self.columns(
          "\(row.name) \(phase)",
          Self.cells(isTimed ? times : times.map { _ in nil }, digits: 1)
            + Self.cells(instructions, digits: 0)
            + [isMet.map { $0 ? "met" : "not met" } ?? "-"]))
    }
    let totals = sides.all.indices.map(figures.total)
    measure(row, "instr", totals, "instructions")
    verdicts.addTotals(row, totals)
  }

  private func measure(_ row: MeasuredRow, _ what: String, _ values: [Double?], _ unit: String) {
    for (side, value) in zip(sides.all, values) {
      guard let value else { continue }
      measures?.add(
        Measure.Name(
          table: "page table", row: row.name, column: "\(side.name) \(what)", unit: unit), value)
    }
  }

  /// Three figures, and Swift's over each of the others.
  private static func cells(_ values: [Double?], digits: Int) -> [String] {
    let sides = values + [Double?](repeating: nil, count: 3 - values.count)
    let ratios = [sides[0], sides[2]].map { other in
      other.flatMap { other in sides[1].map { number($0 / other, digits: 2) } } ?? "-"
    }
    return sides.map { $0.map { number($0, digits: digits) } ?? "-" } + ratios
  }

  static func number(_ value: Double, digits: Int = 1) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let count = withVaList([Int32(digits), value]) {
        vsnprintf(buffer.baseAddress!, 64, "%.*f", $0)
      }
      return String(
        decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  static func columns(_ name: String, _ cells: [String]) -> String {
    let head = name + String(repeating: " ", count: max(1, 32 - name.count))
    return head
      + cells.map { String(repeating: " ", count: max(1, 9 - $0.count)) + $0 }.joined()
  }
}
