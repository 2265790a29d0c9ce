// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension Finding {
  /// What each side did at the place that the other did not, in lines: observations where there are
  /// some, else words. Table words are only counted beside others.
  var deeds: (left: [String], right: [String]) {
    switch evidence {
    case .observations(let left, let right):
      let edits = LineDiff(left.lines, right.lines, context: 0).edits
      let one = edits.filter { $0.mark == .left }.map(\.line.text)
      let other = edits.filter { $0.mark == .right }.map(\.line.text)
      return (Self.shortened(one, beside: other), Self.shortened(other, beside: one))
    default:
      let isLeft = (faultyLane ?? 1) == 0
      let deed =
        oracle == .process ? "its process ends: \(signature.difference)" : signature.difference
      return isLeft ? ([deed], [Self.nothing]) : ([Self.nothing], [deed])
    }
  }

  private static let nothing = "nothing of that"

  private static func shortened(_ lines: [String], beside others: [String]) -> [String] {
    let words = lines.filter { $0.hasPrefix("= pte ") }
    let rest = lines.filter { !$0.hasPrefix("= pte ") }.map { line in
      let twin = line.hasPrefix("= info ") ? others.first { $0.hasPrefix("= info ") } : nil
      return twin.map { Self.difference(line, $0) } ?? line
    }
    if rest.isEmpty { return words.isEmpty ? [nothing] : words }
    return words.isEmpty ? rest : rest + ["\(words.count) table words"]
  }

  /// The observation's word and those of its arguments that the other line does not have.
  private static func difference(_ line: String, _ other: String) -> String {
    let there = Set(other.split(separator: " "))
    let words = line.split(separator: " ")
    return (words.prefix(2) + words.dropFirst(2).filter { !there.contains($0) })
      .joined(separator: " ")
  }
}
