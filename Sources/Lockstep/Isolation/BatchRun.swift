// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Feeds files of scenarios to engines whose subjects run in processes of their own, and to others
/// beside them. While those run a batch, the next one is read.
public final class BatchRun {
  /// What was run so far.
  public private(set) var tally = FileRun.Tally()
  /// Called now and then with the tally.
  public var onProgress: ((FileRun.Tally) -> Void)?
  private let isolated: [IsolatedEngine]
  private let engines: [Engine]
  private let keepsObservations: Bool
  /// What is being read.
  private var batch = ScenarioBatch()
  /// What runs, and how many requests of each scenario the engines in this process took.
  private var running = ScenarioBatch()
  private var taken: [Int] = []

  /// `keepsObservations`: the files are traces, and what they record is shown to the oracles; a
  /// scenario without `=` lines is then an error.
  public init(_ isolated: [IsolatedEngine], beside engines: [Engine], keepsObservations: Bool) {
    self.isolated = isolated
    self.engines = engines
    self.keepsObservations = keepsObservations
  }

  /// Reads every scenario of a file and runs what makes a batch. An error in it comes after what
  /// stands before it was run.
  public func run(_ reader: consuming TraceReader) throws {
    var requests = RequestReader(reader, keepsObservations: keepsObservations)
    do {
      try read(&requests)
    } catch let error as ScenarioError {
      batch.dropLast()
      try finish()
      throw error
    }
  }

  /// Runs what is left.
  public func finish() throws {
    try dispatch()
    try settle()
  }

  private func read(_ requests: inout RequestReader) throws {
    while let request = try requests.next() {
      if case .open = request {
        if batch.isFull { try dispatch() }
        batch.begin(file: requests.name, line: requests.scenarioLine)
      }
      batch.append(
        request, line: requests.line, requests.expected, observations: requests.observations)
      if batch.entries.count & 1023 == 0 { for engine in isolated { try engine.pump() } }
    }
  }

  /// Begins to run what was read.
  private func dispatch() throws {
    try settle()
    swap(&running, &batch)
    for engine in isolated { try engine.begin(running) }
    var buffer = LoweredScenario()
    taken = [Int](repeating: 0, count: running.starts.count)
    for engine in engines {
      for scenario in running.starts.indices {
        let count = running.feed(scenario, to: engine, &buffer, replays: keepsObservations)
        taken[scenario] = max(taken[scenario], count)
        engine.finish()
        engine.close()
      }
    }
  }

  /// Waits until what runs is over, and counts it.
  private func settle() throws {
    for engine in isolated {
      for (scenario, count) in try engine.finish().enumerated() {
        taken[scenario] = max(taken[scenario], count)
      }
    }
    for scenario in running.starts.indices {
      tally.scenarios += 1
      tally.statements += taken[scenario]
      for entry in running.entries(of: scenario).prefix(taken[scenario]) {
        tally.observations += entry.observations
      }
    }
    if !running.isEmpty { onProgress?(tally) }
    running = ScenarioBatch()
  }
}
