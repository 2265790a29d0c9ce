// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

/// Colour for text that a person reads on a terminal. Whoever prints knows whether that is one.
public struct Ink: Sendable {
  /// What the codes of a terminal mean.
  public enum Colour: String, Sendable {
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
  }

  private let isOn: Bool

  /// `isOn` false: everything stays as it is.
  public init(isOn: Bool) { self.isOn = isOn }

  /// The text in a colour.
  public func paint(_ text: some StringProtocol, _ colour: Colour) -> String {
    isOn && !text.isEmpty ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : String(text)
  }

  /// A finding's report: its headline bold, the left side's lines red, the right side's green, what
  /// table words mean faint.
  public func report(_ text: String) -> String {
    guard isOn else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().map { $0 == 0 ? paint($1, .bold) : line($1) }
      .joined(separator: "\n")
  }

  /// The last line of a run, its verdict in the colour of what it says.
  public func summary(_ line: String, _ verdict: RunVerdict) -> String {
    guard isOn, let colon = line.ranges(of: ": ").last else { return line }
    let colour: Colour =
      switch verdict {
      case .agrees: .green
      case .differs: .red
      case .nothingJudged: .yellow
      }
    return line[..<colon.upperBound] + paint(line[colon.upperBound...], colour)
  }

  private func line(_ line: Substring) -> String {
    let colour: Colour? =
      if line.hasPrefix("    - ") || line.hasPrefix("    --- ") {
        .red
      } else if line.hasPrefix("    + ") || line.hasPrefix("    +++ ") {
        .green
      } else {
        nil
      }
    let note = line.firstRange(of: "  # ")?.lowerBound ?? line.endIndex
    let front = line[..<note]
    return (colour.map { paint(front, $0) } ?? String(front)) + paint(line[note...], .faint)
  }
}
