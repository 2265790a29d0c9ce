// SPDX-License-Identifier: GPL-2.0-only

/// Makes a failing scenario small: drops operations, then simplifies what the rest says, as long as
/// the failure stays. Equal input gives equal output, provided that the test is deterministic.
public struct Shrinker {
  /// How far shrinking has come.
  public struct Progress: Equatable, Sendable {
    /// Candidates that were tested.
    public var tests = 0
    /// Operations of the smallest failing scenario so far.
    public var operations = 0
  }

  /// At most so many candidates are tested; what was found by then is the result.
  public var testLimit = 100_000
  /// Asked before each test; when it holds, what was found by then is the result.
  public var shouldStop: (() -> Bool)?
  /// Called now and then; must not depend on anything that a result may depend on.
  public var onProgress: ((Progress) -> Void)?

  public init() {}

  /// The smallest scenario found for which `fails` holds, `scenario` itself when there is no
  /// smaller one. `fails` must hold for `scenario`; it is asked about other scenarios only, each
  /// one simpler (``Complexity``) than all that held before.
  public func smallest(
    _ scenario: Scenario, where fails: @escaping (Scenario) -> Bool
  ) -> Scenario {
    var search = ShrinkSearch(scenario, settings: self, fails: fails)
    search.run()
    return search.best
  }
}

/// One shrinking under way.
struct ShrinkSearch {
  private(set) var best: Scenario
  private var complexity: Complexity
  private var work: WorkEstimate
  private var tests = 0
  /// Nothing more will be tested.
  private(set) var isOver = false
  private let settings: Shrinker
  private let fails: (Scenario) -> Bool

  init(_ scenario: Scenario, settings: Shrinker, fails: @escaping (Scenario) -> Bool) {
    best = scenario
    complexity = Complexity(scenario)
    work = WorkEstimate(scenario)
    self.settings = settings
    self.fails = fails
  }

  /// Goes through all passes until none of them makes the scenario simpler.
  mutating func run() {
    dropTail()
    var before: Complexity
    repeat {
      before = complexity
      dropOperations()
      dropPairs()
      simplifyKinds()
      dropPieces()
      simplifyDomain()
      simplifyDMA()
      simplifyChoices()
      for role in NumberRole.allCases { simplifyNumbers(role) }
    } while complexity < before && !isOver
  }

  /// Takes `candidate` as the best so far when it is simpler and still fails.
  mutating func attempt(_ candidate: Scenario) -> Bool {
    if isOver || tests >= settings.testLimit || settings.shouldStop?() == true {
      isOver = true
      return false
    }
    let candidateComplexity = Complexity(candidate)
    guard candidateComplexity < complexity else { return false }
    let candidateWork = WorkEstimate(candidate)
    guard candidateWork.isFair(after: work) else { return false }
    tests += 1
    if tests & 63 == 0 {
      settings.onProgress?(Shrinker.Progress(tests: tests, operations: best.operations.count))
    }
    guard fails(candidate) else { return false }
    best = candidate
    complexity = candidateComplexity
    work = candidateWork
    return true
  }

  /// Tries the best scenario with a change; returns whether it was taken.
  @discardableResult
  mutating func attempt(_ change: (inout Scenario) -> Void) -> Bool {
    var candidate = best
    change(&candidate)
    return attempt(candidate)
  }
}
