// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// An engine whose subjects run in processes of their own, a batch of scenarios in each. A subject
/// that ends its process, or does not return, is a finding, and the scenario after it runs in a new
/// one. Findings come as they are made, in the order of the scenarios.
public final class IsolatedEngine: Judging {
  private let subjects: IsolatedSubjects
  private let replays: Bool
  private var batch = ScenarioBatch()
  private var child: ChildProcess?
  /// Requests that were taken, by scenario of the batch.
  private var taken = SharedMemory<UInt32>(0)
  /// A subject cannot even be loaded: nothing more is run.
  private var isLost = false
  /// The scenario with which the process at hand began.
  private var started = 0

  /// Runs what `plan` makes; a call into a subject may take `limit`. `replays`: what was recorded is
  /// shown to the oracles.
  public init(_ plan: EnginePlan, limit: Duration, replays: Bool = false) {
    subjects = IsolatedSubjects(plan, limit: limit)
    subjects.isReplay = replays
    self.replays = replays
  }

  public var labels: [String] { subjects.plan.labels }
  public var tally: RunTally { subjects.tally(isRunning: child != nil) }
  public var departures: [(name: String, count: Int)] {
    subjects.departures(isRunning: child != nil)
  }
  public var costs: [DriverCosts] { subjects.costs }
  public var onFinding: (Finding) -> Void {
    get { subjects.onFinding }
    set { subjects.onFinding = newValue }
  }
  /// Told what a plan that records prints.
  public var onText: ([UInt8]) -> Void {
    get { subjects.onText }
    set { subjects.onText = newValue }
  }

  /// Loads the subjects once in a process that does nothing else; throws when one cannot be had, and
  /// makes a finding at the beginning of `file` when loading one ends the process.
  public func load(file: String) throws(IsolationError) {
    isLost = try !subjects.load(file: file)
  }

  // MARK: Batches

  /// Begins to run a batch; the one before it must be over.
  func begin(_ batch: ScenarioBatch) throws(IsolationError) {
    guard !isLost, !batch.isEmpty else { return }
    self.batch = batch
    taken = SharedMemory(0, count: batch.starts.count)
    try start(from: 0)
  }

  /// Takes in what there is to be told by now.
  func pump() throws(IsolationError) {
    while let child, let event = child.next(waiting: false) { try take(event) }
  }

  /// Waits for the end of the batch; returns how many requests of each scenario were taken.
  func finish() throws(IsolationError) -> [Int] {
    while let child { try take(child.next()) }
    defer { batch = ScenarioBatch() }
    return batch.starts.indices.map { Int(taken.pointer[$0]) }
  }

  private func start(from first: Int) throws(IsolationError) {
    guard first < batch.starts.count else {
      child = nil
      return
    }
    started = first
    child = try subjects.start { engine, link in run(from: first, engine, link) }
  }

  /// In the child: runs scenarios until none is left, or a subject has broken a rule, after which
  /// nothing of this process can be trusted.
  private func run(from first: Int, _ engine: Engine, _ link: ParentLink) {
    var buffer = LoweredScenario()
    for scenario in first..<batch.starts.count {
      subjects.begin(scenario)
      taken.pointer[scenario] = UInt32(
        batch.feed(scenario, to: engine, &buffer, replays: replays))
      engine.finish()
      subjects.settle(engine, link)
      engine.close()
      subjects.begin(scenario + 1)
      if engine.finding?.oracle == .abi { return }
    }
  }

  private func take(_ event: ChildProcess.Event) throws(IsolationError) {
    switch event {
    case .message(let message): try subjects.take(message)
    case .end(let end):
      child = nil
      subjects.collect()
      let scenario = min(max(started, subjects.block.pointer.pointee.unit), batch.starts.count)
      // One that is done without having moved on would be started for ever.
      if end == .done, scenario > started { return try start(from: scenario) }
      try lose(scenario, end == .done ? .exited(0) : end)
    }
  }

  /// A subject has ended the process in this scenario.
  private func lose(_ scenario: Int, _ end: ChildProcess.End) throws(IsolationError) {
    let progress = subjects.block.pointer.pointee.progress
    guard scenario < batch.starts.count, progress.scenarios > 0 else {
      isLost = true
      _ = subjects.report(end, at: batch.place(0, 0), nil)
      return
    }
    let index = Int(progress.operation) + 1
    let entries = batch.entries(of: scenario)
    let request = entries[min(entries.startIndex + index, entries.endIndex - 1)].request
    _ = subjects.report(end, at: batch.place(scenario, index), request)
    if subjects.block.pointer.pointee.isJudged == 0 {
      taken.pointer[scenario] = UInt32(index + 1)
    }
    try start(from: scenario + 1)
  }
}
