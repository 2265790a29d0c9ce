// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Prints the rows and keeps what the summary needs.
struct RowTable {
  private let counter: Callgrind?
  private let measures: MeasureLog?
  private var logarithms = 0.0
  private var count = 0
  private var overCount: [String] = []
  private var slowerThanKernel: [String] = []

  /// Slower than the kernel's own code by more than this multiple misses the target.
  private static let kernelLimit = 1.10
  /// More instructions on the Swift side than this multiple of the C side's miss the target.
  private static let limit = 1.10

  init(counter: Callgrind?, measures: MeasureLog?) {
    self.counter = counter
    self.measures = measures
  }

  func printHeader() {
    print("Page table: nanoseconds of one call, best batch (C port, Swift), and Swift/C.")
    print(
      counter == nil
        ? "Instructions: left out (valgrind is not installed; apt-get install valgrind)."
        : "Instructions: of map + lookup + unmap, counted by callgrind.")
    print(
      "Kernel: its own code on a machine of this kind, map and unmap with sync; see KernelFigures.")
    print(
      Self.columns(
        "row",
        [
          "map C", "Swift", "ratio", "lookup C", "Swift", "ratio", "unmap C", "Swift",
          "ratio", "kernel map", "unmap", "target", "instr C", "Swift", "ratio", "target",
        ]))
  }

  mutating func add(_ row: Row, c: Figures, swift: Figures) {
    var cells: [String] = []
    for (what, one, other) in [
      ("map", c.map, swift.map), ("lookup", c.lookup, swift.lookup),
      ("unmap", c.unmap, swift.unmap),
    ] {
      // One lookup a batch is below what the clock tells.
      guard row.calls > 1 || one != c.lookup else {
        cells += ["-", "-", "-"]
        continue
      }
      let ratio = other / one
      logarithms += log(ratio)
      count += 1
      measure(row, what, one, other, "ns")
      cells += [Self.number(one), Self.number(other), Self.number(ratio, digits: 2)]
    }
    cells += kernelCells(row, [c, swift])
    if let counter, let one = counter.instructions(row, "reference"),
      let other = counter.instructions(row, "swift")
    {
      measure(row, "instr", one, other, "instructions")
      let ratio = other / one
      if ratio > Self.limit { overCount.append(row.name) }
      cells += [
        Self.number(one, digits: 0), Self.number(other, digits: 0),
        Self.number(ratio, digits: 2), ratio > Self.limit ? "not met" : "met",
      ]
    }
    print(Self.columns(row.name, cells))
  }

  private func measure(
    _ row: Row, _ what: String, _ c: Double, _ swift: Double, _ unit: String
  ) {
    for (side, value) in [("C", c), ("Swift", swift)] {
      measures?.add(
        Measure.Name(
          table: "page table", row: row.name, column: "\(side) \(what)", unit: unit),
        value)
    }
  }

  private mutating func kernelCells(_ row: Row, _ sides: [Figures]) -> [String] {
    guard let kernel = KernelFigures.of[row.name] else { return ["-", "-", "-"] }
    let isMet = sides.allSatisfy {
      $0.map <= kernel.map * Self.kernelLimit && $0.unmap <= kernel.unmap * Self.kernelLimit
    }
    if !isMet { slowerThanKernel.append(row.name) }
    return [Self.number(kernel.map), Self.number(kernel.unmap), isMet ? "met" : "not met"]
  }

  func printSummary() {
    let mean = exp(logarithms / Double(max(count, 1)))
    print(
      "\nSwift/C time, geometric mean of all columns: \(Self.number(mean, digits: 3))"
        + " (target: below 1: \(mean < 1 ? "met" : "not met"))")
    print(
      slowerThanKernel.isEmpty
        ? "Both sides against the kernel's own figures: no row slower by more than 10 % (met)"
        : "Slower than the kernel's own code by more than 10 % (not met):"
          + " \(slowerThanKernel.joined(separator: ", "))")
    guard counter != nil else { return }
    print(
      overCount.isEmpty
        ? "Instructions: no row above \(Self.limit) (met)"
        : "Instructions above \(Self.limit) (not met): \(overCount.joined(separator: ", "))")
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
    let head = name + String(repeating: " ", count: max(1, 24 - name.count))
    return head
      + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
  }
}
