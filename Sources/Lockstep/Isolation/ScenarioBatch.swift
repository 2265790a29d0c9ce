// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Whole scenarios of files as requests, with where they stand and what was recorded for them.
struct ScenarioBatch {
  /// One request.
  struct Entry {
    var request: Request
    var line: Int
    /// How many recorded lines it has, and where the words of those end.
    var observations: Int
    var wordsEnd: Int
  }

  /// A scenario that begins at an entry.
  struct Start {
    var entry: Int
    var file: String
    var line: Int
  }

  /// A batch is sent off when it has so many requests, or words of what was recorded.
  private static let enoughRequests = 1 << 16
  private static let enoughWords = 1 << 22

  private(set) var entries: [Entry] = []
  private(set) var starts: [Start] = []
  /// What was recorded, as record words.
  private var words: [UInt64] = []

  var isEmpty: Bool { starts.isEmpty }
  /// Whether it should be run when its last scenario is complete.
  var isFull: Bool { entries.count >= Self.enoughRequests || words.count >= Self.enoughWords }

  mutating func begin(file: String, line: Int) {
    starts.append(Start(entry: entries.count, file: file, line: line))
  }

  mutating func append(_ request: Request, line: Int, _ recorded: [UInt64], observations: Int) {
    words += recorded
    entries.append(
      Entry(request: request, line: line, observations: observations, wordsEnd: words.count))
  }

  /// Forgets the last scenario, which is not complete.
  mutating func dropLast() {
    guard let start = starts.popLast() else { return }
    entries.removeSubrange(start.entry...)
    words.removeSubrange((entries.last?.wordsEnd ?? 0)...)
  }

  /// The entries of a scenario.
  func entries(of scenario: Int) -> ArraySlice<Entry> {
    let end = scenario + 1 < starts.count ? starts[scenario + 1].entry : entries.count
    return entries[starts[scenario].entry..<end]
  }

  /// Where the entry `index` of a scenario stands.
  func place(_ scenario: Int, _ index: Int) -> Finding.Place {
    let start = starts[scenario]
    let entries = entries(of: scenario)
    return Finding.Place(
      file: start.file, line: entries[min(entries.startIndex + index, entries.endIndex - 1)].line,
      scenarioLine: start.line)
  }

  /// Hands a scenario to an engine, all but its end; returns how many requests it took.
  func feed(_ scenario: Int, to engine: Engine, _ buffer: inout LoweredScenario, replays: Bool)
    -> Int
  {
    let start = starts[scenario]
    var taken = 0
    for index in entries(of: scenario).indices {
      let entry = entries[index]
      engine.source = entry.request
      if replays { engine.expected = recorded(index) }
      engine.place = Finding.Place(file: start.file, line: entry.line, scenarioLine: start.line)
      switch entry.request {
      case .open(let domain, let dma):
        buffer.lower(Scenario(domain: domain, dma: dma))
        engine.open(buffer.configuration, driver: buffer.driver)
        taken += 1
      case .operation(let operation):
        buffer.removeAll()
        buffer.append(operation)
        if engine.run(buffer.operations) { taken += 1 }
      }
    }
    return taken
  }

  private func recorded(_ index: Int) -> [UInt64] {
    Array(words[(index == 0 ? 0 : entries[index - 1].wordsEnd)..<entries[index].wordsEnd])
  }
}
