// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// Feeds files of scenarios to engines, a request at a time, so that memory does not grow with the
/// files. A subject that differs sits out the rest of that scenario.
public final class FileRun {
  /// What was run, however many engines ran it.
  public struct Tally: Equatable, Sendable {
    /// Scenarios that were begun.
    public var scenarios = 0
    /// Statements that some engine ran: `domain` lines and operations.
    public var statements = 0
    /// Recorded `=` lines of those, when they are kept.
    public var observations = 0
  }

  /// Each is fed every request.
  public let engines: [Engine]
  /// What was run so far.
  public private(set) var tally = Tally()
  /// Called now and then with the tally.
  public var onProgress: ((Tally) -> Void)?
  private let keepsObservations: Bool
  private var buffer = LoweredScenario()

  /// `keepsObservations`: the files are traces, and what they record is shown to the oracles; a
  /// scenario without `=` lines is then an error.
  public init(_ engines: [Engine], keepsObservations: Bool = false) {
    self.engines = engines
    self.keepsObservations = keepsObservations
  }

  /// Runs every scenario of a file. `afterEach` is called after each request, before its scenario
  /// may end.
  public func run(
    _ reader: consuming TraceReader, afterEach: () throws(ScenarioError) -> Void = {}
  ) throws(ScenarioError) {
    var requests = RequestReader(reader, keepsObservations: keepsObservations)
    var isUnderWay = false
    defer { for engine in engines { engine.close() } }
    while let request = try requests.next() {
      if case .open = request {
        if isUnderWay { finish() }
        isUnderWay = true
        tally.scenarios += 1
      }
      if feed(request, requests) {
        tally.statements += 1
        tally.observations += requests.observations
        if tally.statements & 4095 == 0 { onProgress?(tally) }
      }
      try afterEach()
    }
    if isUnderWay { finish() }
  }

  /// Hands one request to every engine; whether any had something to do.
  private func feed(_ request: Request, _ requests: borrowing RequestReader) -> Bool {
    switch request {
    case .open(let domain, let dma): buffer.lower(Scenario(domain: domain, dma: dma))
    case .operation(let operation):
      buffer.removeAll()
      buffer.append(operation)
    }
    var isRun = false
    for engine in engines {
      engine.source = request
      if keepsObservations { engine.expected = requests.expected }
      engine.place.file = requests.name
      engine.place.line = requests.line
      engine.place.scenarioLine = requests.scenarioLine
      if case .open = request {
        engine.open(buffer.configuration, driver: buffer.driver)
        isRun = true
      } else if engine.run(buffer.operations) {
        isRun = true
      }
      // The reader fills the same array again; while it is shared it would be a new one each time.
      engine.expected = []
    }
    return isRun
  }

  private func finish() {
    for engine in engines {
      engine.finish()
      engine.close()
    }
  }
}
