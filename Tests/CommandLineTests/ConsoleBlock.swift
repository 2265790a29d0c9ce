// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// A block of a document that shows a terminal: commands behind `$ `, and what each prints.
struct ConsoleBlock {
  struct Step {
    var command: String
    /// Where the command stands.
    var line: Int
    var output: [Substring] = []

    /// The file that `cat` shows here for the first time, if this is one.
    var shownFile: String? {
      guard command.hasPrefix("cat "), !command.contains("|") else { return nil }
      return String(command.dropFirst(4))
    }

    /// Not builds, and not what takes its time: their figures differ from machine to machine. Nor
    /// what runs a plug-in of the reader's.
    var isTried: Bool {
      !command.hasPrefix("make ") && !command.hasPrefix("iopt-fuzz ") && !command.contains(".so")
        && !isLong
    }

    /// A comparison of so many operations that it is tried only where `LAB_CLAIMS` is `all`.
    var isLong: Bool {
      guard command.hasPrefix("iopt compare "),
        ProcessInfo.processInfo.environment["LAB_CLAIMS"] != "all"
      else { return false }
      let words = command.split(separator: " ")
      guard let option = words.firstIndex(of: "--operations") else { return true }
      return Int(words[option + 1]) ?? 0 > 1000
    }

    /// Whether this was printed; a line `…` stands for any number of lines.
    func matches(_ printed: [Substring]) -> Bool { Self.matches(output[...], printed[...]) }

    private static func matches(
      _ pattern: ArraySlice<Substring>, _ printed: ArraySlice<Substring>
    ) -> Bool {
      guard let first = pattern.first else { return printed.isEmpty }
      if first == "…" {
        return (printed.startIndex...printed.endIndex).contains {
          matches(pattern.dropFirst(), printed[$0...])
        }
      }
      return printed.first == first && matches(pattern.dropFirst(), printed.dropFirst())
    }
  }

  var steps: [Step] = []

  /// Those of a document, in order.
  static func all(in text: String) -> [ConsoleBlock] {
    var blocks: [ConsoleBlock] = []
    var isInside = false
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.hasPrefix("```") {
        isInside = line == "```console"
        if isInside { blocks.append(ConsoleBlock()) }
      } else if isInside, line.hasPrefix("$ ") {
        blocks[blocks.count - 1].steps.append(
          Step(command: String(line.dropFirst(2)), line: index + 1))
      } else if isInside, let last = blocks.last?.steps.indices.last {
        blocks[blocks.count - 1].steps[last].output.append(line)
      }
    }
    return blocks
  }
}
