// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

extension Divergence {
  /// The first record that differs; nil when the records are the same.
  var recordDifference: RecordDifference? { RecordDifference(left.words, right.words) }

  public var signature: Signature {
    let word =
      operation == nil ? "domain" : String(statement.prefix { $0 != " " })
    let difference =
      switch cause {
      case .observations: recordDifference?.signature ?? "status"
      case .word: "word"
      case .misuse(.freedUnallocated): "free of no table"
      case .misuse(.allocatedNothing): "alloc of nothing"
      case .unexplained: "unexplained"
      }
    return Signature(operation: word, difference: difference)
  }

  /// Asks what recorded a side, nil for a trace, whether its stores explain its words: `pte` lines
  /// are made from them.
  mutating func askForUntoldStores(_ left: ObservedLane?, _ right: ObservedLane) {
    guard cause == .observations, let difference = recordDifference,
      difference.leftKind == pteRecordKind || difference.rightKind == pteRecordKind
    else { return }
    self.left.unexplained = left?.unexplainedWord()
    self.right.unexplained = right.unexplainedWord()
  }

  /// One line that says what differs where.
  public var headline: String {
    let place = file.isEmpty ? "" : "\(file):\(line): "
    let what =
      operation.map { "operation \($0) of the scenario at line \(scenarioLine)" }
      ?? "the domain of the scenario at line \(scenarioLine)"
    return switch cause {
    case .observations:
      "\(place)\(right.name) differs from \(left.name) at \(what)"
    case .word(let pa):
      "\(place)table words of \(right.name) and \(left.name) differ at \(hex(pa)) after \(what)"
    case .misuse(let misuse):
      "\(place)\(right.name) broke a rule of the subject ABI at \(what): \(misuse.description)"
    case .unexplained(let pa):
      "\(place)\(right.name) changed the table word at \(hex(pa)) without a store record"
        + " in the scenario at line \(scenarioLine)"
    }
  }

  /// The whole report: the statement, both sides' observations as a diff, table words decoded, and
  /// how to see it again.
  public var report: String {
    var lines = [headline]
    lines += statement.split(separator: "\n").map { "    \($0)" }
    if cause == .observations {
      lines += ["", "    --- \(left.name)", "    +++ \(right.name)"]
      let diff = LineDiff(left.lines, right.lines)
      let width = diff.edits.filter { !$0.line.note.isEmpty }.map(\.line.text.count).max() ?? 0
      for edit in diff.edits {
        lines.append("    " + edit.mark.rawValue + Self.column(edit.line, width: min(width, 64)))
      }
      lines.append("")
      if let explanation { lines.append("  first difference: \(explanation)") }
      for side in [left, right] {
        guard let pa = side.unexplained else { continue }
        lines.append(
          "  the stores of \(side.name) do not explain its table words: the one at \(hex(pa))"
            + " changed without a store record")
      }
    }
    lines.append("  reproduce: \(reproduce)")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func column(_ line: Line, width: Int) -> String {
    guard !line.note.isEmpty else { return line.text }
    let padding = String(repeating: " ", count: max(0, width - line.text.count))
    return "\(line.text)\(padding)  # \(line.note)"
  }
}
