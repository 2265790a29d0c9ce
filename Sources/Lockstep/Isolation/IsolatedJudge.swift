// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// Judges one scenario after the other, the subjects in a process of their own that lives until one
/// of them ends it, or breaks a rule of the ABI.
public final class IsolatedJudge: Judging, ScenarioJudge {
  private let subjects: IsolatedSubjects
  private var child: ChildProcess?
  /// How many scenarios the process at hand was sent.
  private var asked = 0
  /// The subjects cannot even be loaded.
  private var loss: Finding?
  public private(set) var behaviour = Behaviour()

  /// Judges as the engine of `plan`; a call into a subject may take `limit`.
  public init(_ plan: EnginePlan, limit: Duration) {
    subjects = IsolatedSubjects(plan, limit: limit)
    subjects.onText = { [unowned self] in behaviour = Behaviour(bytes: $0) }
  }

  public var labels: [String] { subjects.plan.labels }
  public var tally: RunTally { subjects.tally(isRunning: child != nil) }
  public var departures: [(name: String, count: Int)] {
    subjects.departures(isRunning: child != nil)
  }
  public var costs: [DriverCosts] { subjects.costs }
  public var capabilities: [Capabilities] { subjects.capabilities }
  public var onFinding: (Finding) -> Void {
    get { subjects.onFinding }
    set { subjects.onFinding = newValue }
  }
  /// How long a subject may take, from the next process on.
  public var limits: ChildProcess.Limits {
    get { subjects.limits }
    set {
      subjects.limits = newValue
      finish()
    }
  }

  /// The next scenario is the first in its process: what ran before has no effect on it.
  public func restart() { finish() }

  public private(set) var losses = LossCount()

  /// Loads the subjects once in a process that does nothing else; throws when one cannot be had, and
  /// makes a finding at the beginning of `file` when loading one ends the process: nothing can be
  /// judged then, and false is returned.
  public func load(file: String) throws(IsolationError) -> Bool { try subjects.load(file: file) }

  public func judge(_ scenario: Scenario, file: String = "") throws(IsolationError) -> Finding? {
    if let loss { return loss }
    behaviour = Behaviour()
    let message = Array("\(file)\0\(scenario.text)".utf8)
    while true {
      let child = try begin()
      subjects.ask()
      asked += 1
      child.send(message)
      guard let end = try answer(of: child) else { return subjects.finding }
      let wasFit = asked == 1 || subjects.block.pointer.pointee.unit == asked
      finish()
      // One that has ended by itself could not trust its memory any more, and one that died without
      // having begun this died of what it ran before: neither was asked this.
      if end != .done, wasFit { return lose(scenario, file, end) }
    }
  }

  /// nil when the scenario is judged.
  private func answer(of child: ChildProcess) throws(IsolationError) -> ChildProcess.End? {
    while true {
      switch child.next() {
      case .message(let message):
        try subjects.take(message)
        if subjects.isAnswered { return nil }
      case .end(let end): return end
      }
    }
  }

  /// Ends the process and counts what it did.
  private func finish() {
    guard child != nil else { return }
    child = nil
    subjects.collect()
  }

  private func begin() throws(IsolationError) -> ChildProcess {
    if let child { return child }
    asked = 0
    let child = try subjects.start { engine, link in
      while let message = link.receive(), answer(message, engine, link) {}
    }
    self.child = child
    return child
  }

  /// In the child: judges a scenario; false when nothing of the process can be trusted after it.
  private func answer(_ message: [UInt8], _ engine: Engine, _ link: ParentLink) -> Bool {
    let parts = message.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let file = String(decoding: parts[0], as: UTF8.self)
    guard let scenario = try? readScenarios(bytes: Array(parts[1]), name: file).first?.scenario
    else { preconditionFailure("a scenario is not what it was after printing and reading") }
    subjects.beginNext()
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    let finding = engine.perform(lowered, file: file)
    subjects.settle(engine, link)
    engine.close()
    link.send(.judged)
    return finding?.oracle != .abi
  }

  /// What it is that another process ended so in `scenario`, standing at `progress`. Asked before
  /// anything is judged.
  public func finding(
    of end: ChildProcess.End, in scenario: Scenario, at progress: RunProgress
  ) -> Finding {
    var progress = progress
    // Not to be trusted: the process that wrote it ran a stranger's code.
    progress.operation = min(max(-1, progress.operation), Int64(scenario.operations.count) - 1)
    progress.scenarios = max(1, progress.scenarios)
    progress.lastLane = min(max(0, progress.lastLane), Int32(labels.count) - 1)
    subjects.block.pointer.pointee.progress = progress
    return lose(scenario, "", end)
  }

  private func lose(_ scenario: Scenario, _ file: String, _ end: ChildProcess.End) -> Finding {
    let progress = subjects.block.pointer.pointee.progress
    guard progress.scenarios > 0 else {
      let finding = subjects.report(end, at: Finding.Place(file: file, line: 1), nil)
      loss = finding
      return finding
    }
    // A stranger's code may have written there.
    let index = min(Int(progress.operation), scenario.operations.count - 1)
    let request =
      index < 0
      ? Request.open(scenario.domain, scenario.dma) : .operation(scenario.operations[index])
    let line = index < 0 ? 2 : index + (scenario.dma == nil ? 3 : 4)
    let place = Finding.Place(file: file, line: file.isEmpty ? 0 : line, scenarioLine: 1)
    losses.add(end)
    let first = subjects.finding
    let last = subjects.report(end, at: place, request)
    return first ?? last
  }
}
