// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// What a comparison of two subjects went through.
public struct ComparisonTally: Equatable, Sendable {
  public var scenarios = 0
  /// Statements that were run: `domain` lines and operations.
  public var statements = 0
  /// Scenarios in which the two differed.
  public var divergences = 0
}

/// Runs files of scenarios on two subjects (or two revisions of one) against each other.
public final class Comparison {
  private let pair: ObservedPair
  public private(set) var tally = ComparisonTally()
  /// Called for the first difference of each scenario.
  public var onDivergence: (Divergence) -> Void = { _ in }
  /// Called now and then with the tally.
  public var onProgress: ((ComparisonTally) -> Void)?

  public init(left: Lane, right: Lane) { pair = ObservedPair(left, right) }

  /// Compares every scenario of a file; observations in it are skipped.
  public func run(_ reader: consuming TraceReader) throws(ScenarioError) {
    var requests = RequestReader(reader, keepsObservations: false)
    var walk: Walk?
    defer { pair.endScenario() }
    while let request = try requests.next() {
      if case .open(let domain, _) = request {
        finish(walk)
        begin()
        walk = Walk(
          domain: domain, request: request,
          place: ReportPlace(
            file: requests.name, line: requests.line, scenarioLine: requests.scenarioLine))
      } else {
        walk!.advance(to: request, line: requests.line)
      }
      guard walk!.isRunning else { continue }
      tally.statements += 1
      if tally.statements & 4095 == 0 { onProgress?(tally) }
      walk!.isRunning = try follow(pair.run(request), walk!)
    }
    finish(walk)
  }

  /// Compares one scenario; returns its first difference. `file` stands for it in the report, in
  /// which lines are those of its canonical text.
  public func firstDifference(
    in scenario: Scenario, file: String
  ) throws(ScenarioError) -> Divergence? {
    var found: Divergence?
    let outer = onDivergence
    onDivergence = { found = $0 }
    defer {
      onDivergence = outer
      pair.endScenario()
    }
    begin()
    let start = Request.open(scenario.domain, scenario.dma)
    var walk = Walk(
      domain: scenario.domain, request: start,
      place: ReportPlace(file: file, line: 2, scenarioLine: 1))
    walk.isRunning = try follow(pair.run(start), walk)
    let firstLine = scenario.dma == nil ? 3 : 4
    for (index, operation) in scenario.operations.enumerated() where walk.isRunning {
      walk.advance(to: .operation(operation), line: firstLine + index)
      tally.statements += 1
      walk.isRunning = try follow(pair.run(walk.request), walk)
    }
    if found == nil { finish(walk) }
    return found
  }

  /// Where the scenario at hand stands.
  private struct Walk {
    var domain: DomainConfiguration
    var request: Request
    var place: ReportPlace
    /// False once the scenario ended, or the sides differed.
    var isRunning = true

    mutating func advance(to request: Request, line: Int) {
      self.request = request
      place.line = line
      place.operation = (place.operation ?? -1) + 1
    }
  }

  private func begin() {
    pair.endScenario()
    tally.scenarios += 1
  }

  /// Whether the scenario goes on.
  private func follow(_ step: ObservedPair.Step, _ walk: Walk) throws(ScenarioError) -> Bool {
    switch step {
    case .same:
      return true
    case .over:
      return false
    case .refused(let name, let reason):
      throw ScenarioError(
        file: walk.place.file, position: .text(line: walk.place.line, column: 1),
        message: "subject \(name) refuses: \(reason)")
    case .differs(let cause, let isLeft):
      tally.divergences += 1
      onDivergence(
        pair.divergence(
          cause, isLeft: isLeft, request: walk.request, domain: walk.domain, place: walk.place))
      return false
    }
  }

  private func finish(_ walk: Walk?) {
    guard let walk, walk.isRunning else { return }
    if case .differs(let cause, let isLeft) = pair.finish() {
      tally.divergences += 1
      onDivergence(
        pair.divergence(
          cause, isLeft: isLeft, request: walk.request, domain: walk.domain, place: walk.place))
    }
  }
}
