// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// How soon a fuzzer told the two sides of a change apart, from an empty corpus: medians over seeds.
public struct HistoryFigure: Equatable, Sendable {
  /// Inputs that were run, the one that showed the difference among them.
  public var executions: Int
  /// Of the processor.
  public var seconds: Double
  /// Seeds that found a difference.
  public var found: Int
  /// Seeds that were tried.
  public var seeds: Int
}

/// The figures that `make history MEASURE=1` wrote, by the change's name.
public struct HistoryFigures: Sendable {
  private let figures: [String: HistoryFigure]

  /// The file of those that came with this program; nil where none did.
  public static var shippedFile: String? {
    shipped(["share/lockstep/history-figures.txt", "Documentation/history-figures.txt"]) {
      access($0, R_OK) == 0
    }
  }

  /// Reads lines `NAME EXECUTIONS SECONDS FOUND SEEDS`; those that are empty or start with # are
  /// passed over. `file` stands for the text in errors.
  public init(text: String, file: String) throws(ScenarioError) {
    var figures: [String: HistoryFigure] = [:]
    let names = Set(KernelHistory.changes.map(\.name))
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.isEmpty || line.hasPrefix("#") { continue }
      let words = line.split(separator: " ")
      func wrong(_ message: String) -> ScenarioError {
        ScenarioError(file: file, position: .text(line: index + 1, column: 1), message: message)
      }
      guard let name = words.first.map(String.init), let figure = HistoryFigure(words.dropFirst())
      else { throw wrong("expected NAME EXECUTIONS SECONDS FOUND SEEDS, found '\(line)'") }
      guard names.contains(name) else { throw wrong("no change has the name '\(name)'") }
      guard figures.updateValue(figure, forKey: name) == nil else {
        throw wrong("'\(name)' has figures already")
      }
    }
    self.figures = figures
  }

  /// nil where nothing was measured.
  public subscript(_ change: KernelChange) -> HistoryFigure? { figures[change.name] }
}

extension HistoryFigure {
  fileprivate init?(_ words: ArraySlice<Substring>) {
    guard words.count == 4 else { return nil }
    let numbers = words.enumerated().map { $0 == 1 ? Double($1) : Int($1).map(Double.init) }
      .compactMap { $0 }
    guard numbers.count == 4, numbers.allSatisfy({ $0 >= 0 && $0 < 1e15 }) else { return nil }
    self.init(
      executions: Int(numbers[0]), seconds: numbers[1], found: Int(numbers[2]),
      seeds: Int(numbers[3]))
  }
}
