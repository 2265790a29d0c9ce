// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// An engine whose subjects run in processes of their own, a batch of scenarios in each. A subject
/// that ends its process, or does not return, is a finding, and the scenario after it runs in a new
/// one. A scenario that was not the first in its process runs once more alone: its verdict is its own,
/// whatever others did before it. Findings come as they are made, in the order of the scenarios.
public final class IsolatedEngine: Judging {
  private let subjects: IsolatedSubjects
  private let replays: Bool
  private var batch = ScenarioBatch()
  private var child: ChildProcess?
  /// Requests that were taken, by scenario of the batch.
  private var taken = SharedMemory<UInt32>(0)
  /// A subject cannot even be loaded: nothing more is run.
  private var isLost = false
  /// The scenarios that the process at hand runs.
  private var running = 0..<0
  /// What ended the process in a scenario that was not its first, while that runs alone.
  private var doubt: Doubt?

  private struct Doubt {
    /// Those that ran before the scenario in its process.
    var before: Range<Int>
    var end: ChildProcess.End
    /// What it is if the scenario alone is not enough.
    var finding: Finding
  }

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
    try start(0..<batch.starts.count)
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

  private func start(_ scenarios: Range<Int>) throws(IsolationError) {
    running = scenarios
    child =
      scenarios.isEmpty
      ? nil : try subjects.start { engine, link in run(scenarios, engine, link) }
  }

  private func start(from first: Int) throws(IsolationError) {
    try start(min(first, batch.starts.count)..<batch.starts.count)
  }

  /// In the child: runs scenarios until none is left, or a subject has broken a rule, after which
  /// nothing of this process can be trusted.
  private func run(_ scenarios: Range<Int>, _ engine: Engine, _ link: ParentLink) {
    var buffer = LoweredScenario()
    for scenario in scenarios {
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
      let scenario = min(
        max(running.lowerBound, subjects.block.pointer.pointee.unit), running.upperBound)
      let hasRunAlone = doubt != nil && scenario == running.upperBound
      // One that is done without having moved on would be started for ever.
      if hasRunAlone || end == .done && scenario > running.lowerBound {
        try settleDoubt()
        return try start(from: scenario)
      }
      try lose(scenario, end == .done ? .exited(0) : end)
    }
  }

  /// The scenario that is in doubt has run alone, and its process lives.
  private func settleDoubt() throws(IsolationError) {
    guard var doubt else { return }
    self.doubt = nil
    // It has its own verdict.
    if subjects.finding != nil { return }
    let search = DamageSearch(subjects.plan, subjects.limits, replays: replays)
    // What hangs would take the time limit again and again.
    if doubt.end != .overLimit,
      let culprit = try search.culprit(of: doubt.before.upperBound, among: doubt.before, in: batch)
    {
      doubt.finding.blame(batch.place(culprit, 0))
    }
    subjects.add(doubt.finding)
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
    let place = batch.place(scenario, index)
    if doubt == nil, scenario > running.lowerBound, !subjects.hasVerdict {
      var finding = subjects.finding(of: end, at: place, request)
      finding.blame(nil)
      doubt = Doubt(before: running.lowerBound..<scenario, end: end, finding: finding)
      return try start(scenario..<scenario + 1)
    }
    doubt = nil
    _ = subjects.report(end, at: place, request)
    if subjects.block.pointer.pointee.isJudged == 0 {
      taken.pointer[scenario] = UInt32(index + 1)
    }
    try start(from: scenario + 1)
  }
}
