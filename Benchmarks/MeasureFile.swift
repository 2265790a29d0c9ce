// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc

/// The rounds of one figure.
struct Series: Equatable {
  /// In the order of the rounds.
  var values: [Double]

  var median: Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

/// All measures of one revision.
struct MeasureFile {
  /// In the order in which they were first measured.
  private(set) var names: [Measure.Name] = []
  private(set) var series: [Measure.Name: Series] = [:]

  init(path: String) throws {
    guard let file = fopen(path, "r") else {
      throw ValidationError("'\(path)': cannot read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
    try self.init(text: String(decoding: bytes, as: UTF8.self), path: path)
  }

  init(text: String, path: String) throws {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty {
      guard let measure = Measure(line: line) else {
        throw ValidationError("\(path):\(index + 1): expected table, row, column, value and unit")
      }
      if series[measure.name] == nil { names.append(measure.name) }
      series[measure.name, default: Series(values: [])].values.append(measure.value)
    }
  }
}
