// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lab

/// What `iopt compare` says of itself, and how it reads a sweep.
enum CompareHelp {
  /// A line each.
  static let workloads = WorkloadKind.allCases.map { kind in
    let parameters = kind.parameters.map { "\($0.name)=\($0.value) (\($0.meaning))" }
    return "\(kind.rawValue): \(parameters.joined(separator: "; "))"
  }

  /// A line each.
  static let meters = LabMeter.all.map { "\($0.name) (\($0.unit)): \($0.definition)" }

  /// The command as it was typed, without where its output went and how many cells ran at a time: these
  /// change nothing of what it says.
  static var command: String {
    var words = ["iopt"]
    var isValue = false
    for argument in CommandLine.arguments.dropFirst() {
      if isValue {
        isValue = false
      } else if ["-o", "--output", "--jobs"].contains(argument) {
        isValue = true
      } else if !argument.hasPrefix("--output="), !argument.hasPrefix("--jobs=") {
        words.append(argument)
      }
    }
    return words.joined(separator: " ")
  }

  /// At most so many values.
  private static let limit = 1000

  /// Reads `NAME=A..B[:STEP|xFACTOR]`.
  static func sweep(_ text: String) throws -> ComparisonGrid.Sweep {
    let error = ValidationError(
      "--sweep '\(text)': expected NAME=A..B, NAME=A..B:STEP or NAME=A..B:xFACTOR, with A at most B,"
        + " and above 0 where it is multiplied, by 2 where nothing is said")
    let words = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, !words[0].isEmpty else { throw error }
    let parts = words[1].split(separator: ":", omittingEmptySubsequences: false)
    let ends = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, ends.count == 3, ends[1].isEmpty, let first = UInt64(ends[0]),
      let last = UInt64(ends[2]), first <= last
    else { throw error }
    let step = parts.count == 2 ? parts[1] : "x2"
    let isFactor = step.hasPrefix("x")
    guard let by = UInt64(isFactor ? step.dropFirst() : step), by >= (isFactor ? 2 : 1),
      !isFactor || first > 0
    else { throw error }
    var values: [UInt64] = []
    var value = first
    while value <= last, values.count <= limit {
      values.append(value)
      let (next, overflow) =
        isFactor
        ? value.multipliedReportingOverflow(by: by) : value.addingReportingOverflow(by)
      if overflow { break }
      value = next
    }
    guard values.count <= limit else {
      throw ValidationError("--sweep '\(text)': expected at most \(limit) values")
    }
    return ComparisonGrid.Sweep(parameter: String(words[0]), values: values)
  }
}
