// SPDX-License-Identifier: GPL-2.0-only
import Log

/// Words of table memory, by their numbers in the arena, as runs in the order in which they were added.
struct WordRuns: ~Copyable {
  private struct Run: BitwiseCopyable {
    var first: Int
    /// One past the last.
    var end: Int
  }

  private let runs = PlainBuffer<Run>(capacity: 16)

  /// The word that was added first; nil where there is none.
  var first: Int? { runs.count == 0 ? nil : runs.elements[0].first }

  func removeAll() { runs.cut(to: 0) }

  func insert(_ word: Int) {
    if runs.count > 0, runs.elements[runs.count - 1].end == word {
      runs.elements[runs.count - 1].end += 1
    } else {
      runs.extend(by: 1).initialize(to: Run(first: word, end: word + 1))
    }
  }

  /// Forgets those from `first` up to `end`.
  func remove(_ first: Int, _ end: Int) {
    var index = 0
    while index < runs.count {
      let run = runs.elements[index]
      guard run.first < end, run.end > first else {
        index += 1
        continue
      }
      if run.first < first, run.end > end {
        runs.elements[index].end = first
        runs.extend(by: 1).initialize(to: Run(first: end, end: run.end))
      } else if run.first < first {
        runs.elements[index].end = first
      } else if run.end > end {
        runs.elements[index].first = end
      } else {
        for next in index + 1..<runs.count { runs.elements[next - 1] = runs.elements[next] }
        runs.cut(to: runs.count - 1)
        continue
      }
      index += 1
    }
  }
}
