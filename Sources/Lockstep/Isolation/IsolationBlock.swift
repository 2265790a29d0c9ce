// SPDX-License-Identifier: GPL-2.0-only

/// What a process that runs subjects leaves behind, however it ends.
struct IsolationBlock: BitwiseCopyable {
  /// Where it stands.
  var progress = RunProgress()
  /// The scenario at hand, counted as its parent counts.
  var unit = 0
  /// Whether that was judged: what is left is to close it.
  var isJudged: UInt8 = 0
  /// Whether something was found in it.
  var hasFinding: UInt8 = 0
  /// ``RunTally/counters`` of scenarios that were judged.
  var counters: InlineArray<16, Int> = .init(repeating: 0)
  /// How often each of ``OracleChoice/departures`` was seen.
  var departures: InlineArray<64, Int> = .init(repeating: 0)

  /// The next scenario begins; where the last one stood is no place in it.
  mutating func begin(_ unit: Int) {
    self.unit = unit
    progress.operation = -1
    progress.isAtEnd = 0
    isJudged = 0
    hasFinding = 0
  }

  /// Takes in what an engine went through since the last call. What has no place here is returned.
  mutating func take(_ tally: RunTally) -> RunTally? {
    var rest = tally
    for (index, counter) in RunTally.counters.enumerated() {
      counters[index] += tally[keyPath: counter]
      rest[keyPath: counter] = 0
    }
    return rest == RunTally() ? nil : rest
  }

  /// Takes in what an engine has seen since it was made.
  mutating func take(_ seen: [(name: String, count: Int)]) {
    guard !seen.isEmpty else { return }
    departures = .init(repeating: 0)
    for (name, count) in seen {
      guard let index = Self.indices[name] else { continue }
      departures[index] += count
    }
  }

  private static let indices = Dictionary(
    uniqueKeysWithValues: OracleChoice.departures.enumerated().map { ($1, $0) })

  /// The counters as a tally. What cannot be was written there by a stranger's code.
  var tally: RunTally {
    var tally = RunTally()
    for (index, counter) in RunTally.counters.enumerated() {
      tally[keyPath: counter] = min(max(0, counters[index]), 1 << 40)
    }
    return tally
  }
}
