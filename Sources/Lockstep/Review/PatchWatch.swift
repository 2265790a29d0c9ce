// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Watches the lines of a change while scenarios are run.
public final class PatchWatch {
  private let difference: TreeDifference
  private var head: LineWatch?
  private var base: LineWatch?

  /// Builds both trees so that they tell what is run, and finds out which lines to look at. `judge`
  /// makes what runs a plan's subject. The error says why that cannot be done.
  public init(
    _ base: LaneRequest, _ head: LaneRequest, judge: (EnginePlan) throws -> any ScenarioJudge
  ) throws {
    guard let old = base.kernel, let new = head.kernel else {
      throw SubjectError(description: "one of the two is no kernel tree")
    }
    let trees = (base: try WatchedTree(old), head: try WatchedTree(new))
    difference = try TreeDifference(trees.base, trees.head)
    func watch(
      _ tree: WatchedTree, _ request: LaneRequest, _ lines: [String: [Int]]
    ) throws -> LineWatch? {
      guard !lines.isEmpty else { return nil }
      return try LineWatch(tree, lines) {
        try judge(EnginePlan([request.running(tree.plugin)]) { Engine($0, []) })
      }
    }
    self.head = try watch(trees.head, head, difference.added)
    self.base = try watch(trees.base, base, difference.removed)
  }

  /// Runs one scenario, where there is something more to be seen. True when it ran a line that nothing
  /// before has.
  public func run(_ scenario: Scenario) throws(IsolationError) -> Bool {
    let isNewInHead = try head?.run(scenario) ?? false
    let isNewInBase = try base?.run(scenario) ?? false
    return isNewInHead || isNewInBase
  }

  /// What was seen. The first `limit` scenarios that are named are shrunk, each for at most
  /// `seconds`.
  public func result(
    shrinking limit: Int, seconds: Double
  ) throws(IsolationError) -> PatchLines {
    var result = PatchLines()
    result.others = difference.others
    if let head { result.added = try stretches(head, &result.scenarios, limit, seconds) }
    if let base { result.removed = try stretches(base, &result.scenarios, limit, seconds) }
    return result
  }

  private func stretches(
    _ watch: LineWatch, _ scenarios: inout [Scenario], _ limit: Int, _ seconds: Double
  ) throws(IsolationError) -> [PatchLines.Stretch] {
    var fates = watch.lines.map {
      $0.blocks.isEmpty ? PatchLines.Fate.noCode : .notExecuted
    }
    var runs = watch.runs
    // The one that runs most of what is left, again and again.
    while let best = runs.max(by: { $0.lines.count < $1.lines.count }), !best.lines.isEmpty {
      for line in best.lines { fates[line] = .executed(scenarios.count) }
      scenarios.append(
        scenarios.count >= limit
          ? best.scenario
          : try watch.smallest(best.scenario, running: best.lines, seconds: seconds))
      for index in runs.indices { runs[index].lines.subtract(best.lines) }
    }
    var stretches: [PatchLines.Stretch] = []
    for (line, fate) in zip(watch.lines, fates) {
      if let last = stretches.last, last.file == line.file, last.fate == fate,
        last.lines.upperBound + 1 == line.number
      {
        stretches[stretches.count - 1].lines = last.lines.lowerBound...line.number
      } else {
        stretches.append(
          .init(file: line.file, lines: line.number...line.number, fate: fate))
      }
    }
    return stretches
  }
}
