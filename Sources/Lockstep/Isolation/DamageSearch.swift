// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Looks for the scenario of a batch that spoils its process so that a later one ends it.
struct DamageSearch {
  private let subjects: IsolatedSubjects
  private let replays: Bool

  /// Runs subjects as `plan` says; what they do is counted nowhere.
  init(_ plan: EnginePlan, _ limits: ChildProcess.Limits, replays: Bool) {
    subjects = IsolatedSubjects(plan, limit: limits.call)
    subjects.limits = limits
    self.replays = replays
  }

  /// The last of `candidates`, which stand in front of `victim`, with which a process that goes on to
  /// the victim ends; nil: that cannot be told. With all of them one has ended.
  func culprit(
    of victim: Int, among candidates: Range<Int>, in batch: ScenarioBatch
  ) throws(IsolationError) -> Int? {
    var (ends, lives) = (candidates.lowerBound, victim)
    while lives - ends > 1 {
      let middle = (ends + lives) / 2
      if try endsProcess(middle...victim, batch) { ends = middle } else { lives = middle }
    }
    // What comes and goes is nobody's.
    return try endsProcess(ends...victim, batch) ? ends : nil
  }

  private func endsProcess(
    _ scenarios: ClosedRange<Int>, _ batch: ScenarioBatch
  ) throws(IsolationError) -> Bool {
    let child = try subjects.start { engine, _ in
      var buffer = LoweredScenario()
      engine.onFinding = { _ in }
      for scenario in scenarios {
        _ = batch.feed(scenario, to: engine, &buffer, replays: replays)
        engine.finish()
        engine.close()
        // As where it was found: nothing runs in a process in which a rule was broken.
        if engine.finding?.oracle == .abi { return }
      }
    }
    while true {
      switch child.next() {
      case .message(let message): try subjects.take(message)
      case .end(let end): return end != .done
      }
    }
  }
}
