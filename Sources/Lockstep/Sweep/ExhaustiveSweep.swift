// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// All sequences of a few operations, judged by an engine: what random testing does
/// not give. Nothing is shared between sequences; each runs from an empty domain.
public final class ExhaustiveSweep {
  /// What was run so far.
  public struct Tally: BitwiseCopyable, Equatable, Sendable {
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
  public var tally: Tally { position.state.pointer.pointee.tally }
  /// What was left out for want of a subject that can do it.
  public private(set) var narrowing: Narrowing
  /// Given each scenario in which something is wrong.
  public var onDivergence: (Scenario) -> Void = { _ in }
  /// Asked now and then; the sweep stops when it says so.
  public var shouldStop: (Tally) -> Bool = { _ in false }
  /// Told after each stretch.
  public var onStretch: () -> Void = {}

  private let position: Position
  private let engine: Engine
  private var tracks: [Track] = []
  /// Configurations that the first lane refused.
  private var refused: [DomainConfiguration] = []
  private var lowered = LoweredScenario()
  private static let chunk = 4096

  /// One configuration and its operations.
  private struct Track {
    let config: iopt_config
    let lowered: [iopt_op]
  }

  /// Sweeps the configurations that all subjects can do and the engine's first lane can open.
  /// With a position that a lost process left, it goes on from there.
  public init(
    _ engine: Engine, _ configurations: [NamedConfiguration], from position: Position? = nil
  ) {
    self.engine = engine
    self.position = position ?? Position(configurations)
    engine.isThorough = false
    narrowing = Narrowing(engine.lanes.map(\.lane))
    let left = engine.lanes[0].lane.twin
    for configuration in configurations {
      let domain =
        Scenario(domain: configuration.domain).upgraded(toTree: engine.treeRelease).domain
      if let need = narrowing.capabilities.firstUnmet(domain) {
        narrowing.leaveOut(need)
        continue
      }
      guard let opened = open(left, domain) else { continue }
      let operations = BoundaryOperations(domain, opened.info).operations.compactMap {
        narrowing.narrowed($0)
      }
      tracks.append(
        Track(
          config: Scenario(domain: domain).loweredConfiguration,
          lowered: operations.map { $0.lowered(pieces: nil) }))
    }
    self.position.state.pointer.pointee.tally.configurations = tracks.count
  }

  /// nil when the domain cannot be opened; one that is refused is kept, to be told.
  private func open(_ lane: Lane, _ domain: DomainConfiguration) -> DirectDomain? {
    do throws(DirectDomain.OpenFailure) {
      return try DirectDomain(lane, Scenario(domain: domain))
    } catch {
      if error.status == .refused { refused.append(domain) }
      return nil
    }
  }

  /// Lets the engine count the refusals, or find fault with them.
  private func judgeRefused() {
    for domain in refused where engine.run(Scenario(domain: domain)) != nil {
      position.state.pointer.pointee.tally.divergences += 1
      onDivergence(Scenario(domain: domain))
    }
    refused = []
  }

  /// Runs all sequences of 1, then 2, up to `depth` operations. False when it was told to stop
  /// before the end.
  public func sweep(depth: Int) -> Bool {
    let state = position.state.pointer
    if state.pointee.length == 0 { judgeRefused() }
    for length in max(1, state.pointee.length)...depth {
      guard sweep(length: length) else { return false }
      state.pointee.tally.depth = length
    }
    return true
  }

  /// All sequences of one length, a stretch of each configuration in turn, so that a sweep that is
  /// stopped has been everywhere.
  private func sweep(length: Int) -> Bool {
    let cursors = position.cursors.pointer
    if position.state.pointer.pointee.length != length {
      for (index, track) in tracks.enumerated() {
        cursors[index] = Cursor(length: length, choices: track.lowered.count)
      }
      position.state.pointer.pointee.length = length
    }
    while tracks.indices.contains(where: { !cursors[$0].isDone }) {
      for index in tracks.indices where !cursors[index].isDone {
        position.state.pointer.pointee.track = index
        advance(cursors + index, tracks[index])
        onStretch()
        if shouldStop(tally) { return false }
      }
    }
    return true
  }

  private func advance(_ cursor: UnsafeMutablePointer<Cursor>, _ track: Track) {
    let state = position.state.pointer
    lowered.configuration = track.config
    for _ in 0..<Self.chunk where !cursor.pointee.isDone {
      lowered.removeAll()
      for digit in 0..<cursor.pointee.length {
        lowered.append(track.lowered[cursor.pointee.digits[digit]])
      }
      if position.isShared { state.pointee.keep(lowered) }
      let finding = engine.run(lowered)
      state.pointee.tally.sequences += 1
      if finding == nil {
        cursor.pointee.step(past: engine.operationIndex.map { $0 + 1 } ?? 0)
      } else {
        state.pointee.tally.divergences += 1
        onDivergence(Scenario(lowered))
        cursor.pointee.step(past: cursor.pointee.length)
      }
    }
  }
}
