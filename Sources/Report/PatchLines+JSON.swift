// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

extension ReviewJSON {
  /// Whether the change was run: its lines, those of the older version that have none in their place,
  /// and the scenarios that `scenario` counts from 0.
  struct Patch: Encodable {
    struct Stretch: Encodable {
      var file: String
      var first: Int
      var last: Int
      /// `executed`, `notExecuted` or `noCode`.
      var fate: String
      var scenario: Int?
    }

    var added: [Stretch]
    var removed: [Stretch]
    var scenarios: [String]
    var notCompiled: [String]

    init(_ patch: PatchLines) {
      added = patch.added.map(Self.stretch)
      removed = patch.removed.map(Self.stretch)
      scenarios = patch.scenarios.map(\.text)
      notCompiled = patch.others
    }

    private static func stretch(_ stretch: PatchLines.Stretch) -> Stretch {
      var result = Stretch(
        file: stretch.file, first: stretch.lines.lowerBound, last: stretch.lines.upperBound,
        fate: "")
      switch stretch.fate {
      case .executed(let scenario): (result.fate, result.scenario) = ("executed", scenario)
      case .notExecuted: result.fate = "notExecuted"
      case .noCode: result.fate = "noCode"
      }
      return result
    }
  }
}
