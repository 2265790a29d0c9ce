// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Log
import ScenarioLanguage

extension Finding {
  /// One line that says what is wrong where.
  public var headline: String {
    let place = self.place.file.isEmpty ? "" : "\(self.place.file.printable):\(self.place.line): "
    return switch evidence {
    case .observations(let left, let right):
      "\(place)\(right.name) differs from \(left.name) at \(whereabouts)"
    case .memory(let difference, let left, let right):
      "\(place)table memory of \(right.name) and \(left.name) differs before"
        + " \(difference.eventWord) at \(whereabouts)"
    case .misuse(let subject, let misuse):
      "\(place)\(subject) broke a rule of the subject ABI at \(whereabouts): \(misuse.description)"
    case .refusal(let subject, let reason, let lookup):
      "\(place)\(subject) refuses what it must be able to do at \(whereabouts)"
        + (lookup.map { "; iova_to_phys \(hex($0))" } ?? "") + ": \(reason)"
    case .breach(let subject, let text, let lookup):
      "\(place)\(subject) breaks \(brokenPromise) at \(whereabouts)"
        + (lookup.map { "; iova_to_phys \(hex($0))" } ?? "") + ": \(text)"
    case .departure(let subject, let name) where hardware != nil:
      "\(place)\(subject) shows what is known at \(whereabouts): \(name), which is forbidden"
    case .departure(let subject, let name):
      "\(place)\(subject) departs from the contract at \(whereabouts): \(name), which is forbidden"
    case .leak(let subject, let tables):
      "\(place)\(subject) leaves tables behind after its teardown at \(whereabouts):"
        + " \(tables.map(hex).joined(separator: " "))"
    case .process(let fatality): "\(place)\(headline(of: fatality))"
    }
  }

  /// The contract, or the property of hardware by its name, and whom it stands behind.
  private var brokenPromise: String {
    guard let hardware else { return "the contract" }
    let property = signature.difference.prefix { $0 != ":" }
    return "\(property) behind \(hardware.driver)"
  }

  var whereabouts: String {
    let scenario =
      place.file.isEmpty ? "the scenario" : "the scenario at line \(place.scenarioLine)"
    if place.isEnd { return "the end of \(scenario)" }
    return place.operation.map { "operation \($0) of \(scenario)" } ?? "the domain of \(scenario)"
  }

  /// The whole report: the statement, what shows the fault, and how to see it again.
  public var report: String {
    var lines = [headline]
    lines += statement.split(separator: "\n").map { "    \($0)" }
    switch evidence {
    case .observations(let left, let right):
      lines += diff(left, right)
      lines.append("")
      if let explanation { lines.append("  first difference: \(explanation)") }
      lines += [left, right].compactMap(Self.untold)
    case .memory(let difference, let left, let right):
      lines += [
        "",
        "  \(Self.moment(difference)) the word at \(hex(difference.pa)) was",
        "    \(hex(difference.left)) (\(left.name)), \(hex(difference.right)) (\(right.name))",
        "  and the observations are the same:",
      ]
      lines += right.lines.prefix(12).map { "    \($0.text)" }
      lines += remarkLines
    case .misuse, .refusal, .breach, .departure, .leak: lines += remarkLines
    case .process(let fatality): lines += fatality.causeLines + remarkLines
    }
    lines += hardware?.lines ?? []
    if !place.file.isEmpty { lines.append("  reproduce: \(Command.reproduce(self))") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What stands beside no observation.
  private var remarkLines: [String] {
    remarks.map { "  noted by \($0.subject): \($0.text)" }
  }

  private func diff(_ left: Side, _ right: Side) -> [String] {
    var lines = ["", "    --- \(left.name)", "    +++ \(right.name)"]
    let diff = LineDiff(left.lines, right.lines)
    let width = diff.edits.filter { !$0.line.note.isEmpty }.map(\.line.text.count).max() ?? 0
    for edit in diff.edits {
      lines.append("    " + edit.mark.rawValue + Self.column(edit.line, width: min(width, 64)))
    }
    return lines
  }

  private static func column(_ line: ReportLine, width: Int) -> String {
    guard !line.note.isEmpty else { return line.text }
    let padding = String(repeating: " ", count: max(0, width - line.text.count))
    return "\(line.text)\(padding)  # \(line.note)"
  }

  private static func untold(_ side: Side) -> String? {
    side.untold.map {
      "  the stores of \(side.name) do not explain its table words: the one at \(hex($0.pa))"
        + " is \(hex($0.found)), told \(hex($0.told))"
    }
  }

  private static func moment(_ difference: MemoryDifference) -> String {
    guard difference.eventWord != MemoryDifference.theEnd else { return "in the end" }
    let number = difference.event + 1
    return "in front of \(difference.eventWord), number \(number) of the observations,"
  }
}

/// One observation, and what its table words mean.
public struct ReportLine: Equatable, Sendable {
  /// The observation's line, and what stands behind its `#`; empty for nothing.
  public var text: String
  public var note = ""
}

extension Finding.Side {
  /// The observations as lines of canonical text.
  public var lines: [ReportLine] { linesByRecord.compactMap { $0 } }

  /// One element a record: nil for one that is told in the line of the next.
  var linesByRecord: [ReportLine?] {
    var result: [ReportLine?] = []
    var text = TextBuffer(capacity: 128)
    words.withUnsafeBufferPointer { buffer in
      for (index, record) in RecordView(buffer).enumerated() {
        if record.kind == .levels {
          text.appendRecord(record.words, form: form)
          result.append(nil)
          continue
        }
        defer { text.removeAll() }
        text.appendRecord(record.words, form: form)
        result.append(ReportLine(text: String(text.string.dropLast()), note: notes[index] ?? ""))
      }
    }
    return result
  }
}
