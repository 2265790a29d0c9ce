// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What one of a meter costs on some machine, in nanoseconds: a line `NAME NANOSECONDS` each.
public struct CostTable: Equatable, Sendable {
  /// By the meter's name, in the order of ``LabMeter/all``.
  public private(set) var entries: [(name: String, nanoseconds: UInt64)] = []

  /// Nothing costs anything.
  public init() {}

  public static func == (left: CostTable, right: CostTable) -> Bool {
    left.entries.elementsEqual(right.entries) { $0 == $1 }
  }

  /// Whether it says of nothing what it costs.
  public var isEmpty: Bool { entries.isEmpty }

  /// Meters that can have a cost: what happens so many times.
  public static let names =
    LabMeter.all.filter {
      $0.isRanked && !["bytes", "ms", "byte-ms", "hundredths", "ranges"].contains($0.unit)
    }
    .map(\.name) + ["queued", "write-backs"]

  /// Sets what one costs.
  public mutating func set(_ name: String, _ nanoseconds: UInt64) throws(LabError) {
    guard Self.names.contains(name) else {
      throw LabError("cost '\(name)': expected one of \(Self.names.joined(separator: ", "))")
    }
    entries.removeAll { $0.name == name }
    entries.append((name, nanoseconds))
    let order = LabMeter.all.map(\.name)
    entries.sort { order.firstIndex(of: $0.name)! < order.firstIndex(of: $1.name)! }
  }

  /// Reads `NAME=NANOSECONDS`.
  public mutating func set(_ text: String) throws(LabError) {
    let words = text.split(separator: "=", omittingEmptySubsequences: false)
    guard words.count == 2, let number = UInt64(words[1]) else {
      throw LabError("--cost '\(text)': expected NAME=NANOSECONDS")
    }
    try set(String(words[0]), number)
  }

  /// Reads a file; `#` begins a comment.
  public mutating func read(path: String) throws {
    var lines = LineSource(try ByteInput(path: path))
    while let bytes = try lines.next() {
      let text = String(decoding: bytes, as: UTF8.self)
      let line = text.split(separator: "#", omittingEmptySubsequences: false)[0]
      let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
      if words.isEmpty { continue }
      let place = "\(path.printable):\(lines.line)"
      guard words.count == 2, let number = UInt64(words[1]) else {
        throw LabError("\(place): expected NAME NANOSECONDS")
      }
      do throws(LabError) {
        try set(String(words[0]), number)
      } catch {
        throw LabError("\(place): \(error.description.printable)")
      }
    }
  }

  /// What counts come to, in nanoseconds; the largest number where they are more.
  public func time(_ counts: LabCounts) -> UInt64 {
    var sum: UInt64 = 0
    for entry in entries {
      let (part, large) = LabMeter.named(entry.name)!.value(counts)
        .multipliedReportingOverflow(by: entry.nanoseconds)
      let (total, overflow) = sum.addingReportingOverflow(part)
      if large || overflow { return .max }
      sum = total
    }
    return sum
  }
}
