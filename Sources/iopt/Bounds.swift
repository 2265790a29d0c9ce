// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser

/// Sees to it that an option's number is one that makes sense; says which do.
func check<Number: Comparable>(
  _ value: Number, _ option: String, in range: ClosedRange<Number>
) throws {
  if !range.contains(value) {
    throw ValidationError("\(option) takes \(range.lowerBound) to \(range.upperBound)")
  }
}

/// How many scenarios may be asked for: counts of them are added up.
let scenarioCounts = 1...1_000_000_000
