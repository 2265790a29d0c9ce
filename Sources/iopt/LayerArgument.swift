// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import ScenarioLanguage

/// What generated scenarios are for, as a user types it after `--layer`.
extension ScenarioGenerator.Layer {
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  init(argument: String) throws {
    guard let layer = Self(rawValue: argument) else {
      throw ValidationError("--layer '\(argument)': expected \(Self.names)")
    }
    self = layer
  }
}
