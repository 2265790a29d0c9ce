// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// All sequences of a few operations, judged by an engine: what random testing does
/// not give. Nothing is shared between sequences; each runs from an empty domain.
public final class ExhaustiveSweep {
  /// What was run so far.
  public struct Tally: Equatable, Sendable {
    /// Configurations that are swept.
    public var configurations = 0
    /// Sequences that were run, each from an empty domain.
    public var sequences = 0
    /// Sequences in which something was wrong.
    public var divergences = 0
    /// The length up to which all sequences were run, on every configuration.
    public var depth = 0
  }

  /// What was run so far.
  public private(set) var tally = Tally()
  /// What was left out for want of a subject that can do it.
  public private(set) var narrowing: Narrowing
  /// Given each scenario in which something is wrong.
  public var onDivergence: (Scenario) -> Void = { _ in }
  /// Asked now and then; the sweep stops when it says so.
  public var shouldStop: (Tally) -> Bool = { _ in false }

  private let engine: Engine
  private var tracks: [Track] = []
  private var lowered = LoweredScenario()
  private static let chunk = 4096

  /// One configuration and its operations, in both forms.
  private struct Track {
    let domain: DomainConfiguration
    let config: iopt_config
    let operations: [Operation]
    let lowered: [iopt_op]
  }

  /// Sweeps the configurations that all subjects can do and the engine's first lane can open.
  public init(_ engine: Engine, _ configurations: [NamedConfiguration]) {
    self.engine = engine
    engine.isThorough = false
    narrowing = Narrowing(engine.lanes.map(\.lane))
    let left = engine.lanes[0].lane.twin
    for configuration in configurations {
      let domain = configuration.domain
      if let need = narrowing.capabilities.firstUnmet(domain) {
        narrowing.leaveOut(need)
        continue
      }
      guard let opened = try? DirectDomain(left, Scenario(domain: domain)) else { continue }
      let operations = BoundaryOperations(domain, opened.info).operations.compactMap {
        narrowing.narrowed($0)
      }
      tracks.append(
        Track(
          domain: domain, config: Scenario(domain: domain).loweredConfiguration,
          operations: operations, lowered: operations.map { $0.lowered(pieces: nil) }))
    }
    tally.configurations = tracks.count
  }

  /// Runs all sequences of 1, then 2, up to `depth` operations. False when it was told to stop
  /// before the end.
  public func sweep(depth: Int) -> Bool {
    for length in 1...depth {
      guard sweep(length: length) else { return false }
      tally.depth = length
    }
    return true
  }

  /// All sequences of one length, a stretch of each configuration in turn, so that a sweep that is
  /// stopped has been everywhere.
  private func sweep(length: Int) -> Bool {
    var cursors = tracks.map { Cursor(length: length, choices: $0.lowered.count) }
    while cursors.contains(where: { !$0.isDone }) {
      for index in tracks.indices where !cursors[index].isDone {
        advance(&cursors[index], tracks[index])
        if shouldStop(tally) { return false }
      }
    }
    return true
  }

  private func advance(_ cursor: inout Cursor, _ track: Track) {
    lowered.configuration = track.config
    for _ in 0..<Self.chunk where !cursor.isDone {
      lowered.removeAll()
      for digit in 0..<cursor.length { lowered.append(track.lowered[cursor.digits[digit]]) }
      let finding = engine.run(lowered)
      tally.sequences += 1
      if finding == nil {
        cursor.step(past: engine.operationIndex.map { $0 + 1 } ?? 0)
      } else {
        tally.divergences += 1
        onDivergence(
          Scenario(
            domain: track.domain,
            operations: (0..<cursor.length).map { track.operations[cursor.digits[$0]] }))
        cursor.step(past: cursor.length)
      }
    }
  }

  /// Counts through all sequences of `length` choices.
  private struct Cursor {
    let length: Int
    let choices: Int
    var digits: InlineArray<16, Int> = .init(repeating: 0)
    var isDone = false

    /// On to the next sequence that differs within its first `used` operations: where a scenario
    /// ended early, what would have followed does not matter.
    mutating func step(past used: Int) {
      var digit = max(used, 1) - 1
      for later in digit + 1..<max(length, digit + 1) { digits[later] = 0 }
      while true {
        digits[digit] += 1
        if digits[digit] < choices { return }
        digits[digit] = 0
        if digit == 0 { break }
        digit -= 1
      }
      isDone = true
    }
  }
}
