// SPDX-License-Identifier: GPL-2.0-only
import Export
import Lockstep
import ScenarioLanguage

/// Runs scenarios on one subject, one after the other, and says what it was seen to do.
final class ScenarioObserver {
  /// The subject broke a rule of the ABI or did not survive, which was reported.
  private(set) var foundFault = false
  private let request: LaneRequest
  private let isolation: IsolationOptions
  /// In this process; nil: in one of its own.
  private let engine: Engine?
  private let recorder = Recorder()

  init(_ subject: String, _ isolation: IsolationOptions) throws {
    request = try LaneRequest(subject)
    self.isolation = isolation
    engine = isolation.isolates([request]) ? nil : Engine([try request.load().lane()], [recorder])
    engine?.onFinding = { [unowned self] in take($0) }
  }

  private func take(_ finding: Finding) {
    writeError(finding.report)
    foundFault = true
  }

  /// The scenario in the release that the subject has in force whatever the file says.
  func meant(_ scenario: Scenario) -> Scenario {
    var meant = scenario
    meant.domain = request.meant(scenario.domain)
    return meant
  }

  /// What the subject does; throws a ``KUnitRefusal`` at the scenario's place when it refuses.
  func observe(_ scenario: Scenario, of source: SourceScenario) throws -> ObservedScenario {
    let reader = TraceReader(bytes: Array(scenario.text.utf8), name: source.file)
    var trace = ""
    var tally: RunTally
    if let engine {
      let before = engine.tally.refused
      recorder.output.removeAll()
      try FileRun([engine]).run(reader)
      trace = recorder.output.string
      tally = engine.tally
      tally.refused -= before
    } else {
      let engine = IsolatedEngine(
        EnginePlan(recording: request, printsStores: false), limit: isolation.duration)
      engine.onFinding = { [unowned self] in take($0) }
      engine.onText = { trace += String(decoding: $0, as: UTF8.self) }
      try engine.load(file: source.file)
      let run = BatchRun([engine], beside: [], keepsObservations: false)
      try run.run(reader)
      try run.finish()
      tally = engine.tally
    }
    guard tally.refused == 0, !trace.isEmpty else {
      let why = tally.refusals.keys.sorted().first ?? "it did not survive"
      throw KUnitRefusal(
        file: source.file, line: source.line,
        reason: "\(request.label.printable) does not run it: \(why)")
    }
    return try ObservedScenario(trace: trace)
  }
}
