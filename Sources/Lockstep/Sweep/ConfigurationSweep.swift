// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// Opens a domain with every combination of widths, top, features and build on two subjects: do
/// they accept and refuse the same, and report the same?
public final class ConfigurationSweep {
  /// What was tried so far.
  public struct Tally: BitwiseCopyable, Equatable, Sendable {
    /// Configurations that both sides were asked for.
    public var configurations = 0
    /// How many of them could be opened.
    public var accepted = 0
    /// Those that the sides answered differently.
    public var divergences = 0
  }

  /// Which widths are tried together.
  public enum Extent: Sendable {
    /// The input and output widths at which something changes.
    case corners
    /// Every input width with the output widths at which something changes, and the other way
    /// round.
    case edges
    /// Every input width with every output width.
    case all
  }

  /// What was tried so far.
  public var tally: Tally { position.state.pointer.pointee.tally }
  /// What was left out for want of a subject that can do it.
  public private(set) var narrowing: Narrowing
  /// Given the domain, as a scenario without operations, of each difference.
  public var onDivergence: (Scenario) -> Void = { _ in }
  /// Told now and then how far it has come.
  public var onProgress: (Tally) -> Void = { _ in }

  private let position: Position
  /// How many configurations were passed, those included that a lost process tried.
  private var passed = 0
  private let engine: Engine
  private let kernel: Kernel?
  private var lowered = LoweredScenario()

  /// Runs on two lanes; that both fail to open a domain is what is compared here. `kernel` nil:
  /// domains of version 1 of the language.
  public convenience init(left: Lane, right: Lane, kernel: Kernel? = nil) {
    self.init(Self.engine([left, right]), kernel: kernel)
  }

  /// Runs on an engine that ``engine(_:)`` made; with a position that a lost process left, it goes
  /// on from there.
  public init(_ engine: Engine, kernel: Kernel? = nil, from position: Position = Position()) {
    self.engine = engine
    self.kernel = kernel
    self.position = position
    narrowing = Narrowing(engine.lanes.map(\.lane))
    for observed in engine.lanes { observed.watchOpeningOnly() }
  }

  /// An engine that compares failures too.
  public static func engine(_ lanes: [Lane]) -> Engine {
    Engine(lanes, [ComparisonOracle(countsFailures: true)])
  }

  /// Where a sweep stands, in memory that outlives the process that sweeps.
  public final class Position {
    struct State: BitwiseCopyable {
      var tally = Tally()
      /// What is tried.
      var configuration = iopt_config()
      var isTried = false
    }

    let state = SharedMemory(State())

    /// The beginning.
    public init() {}

    /// What was run so far.
    public var tally: Tally { state.pointer.pointee.tally }

    /// The domain that was tried when its process was lost, which counts as one that differs; nil
    /// when none was.
    public func pass() -> Scenario? {
      guard state.pointer.pointee.isTried else { return nil }
      state.pointer.pointee.isTried = false
      state.pointer.pointee.tally.divergences += 1
      return Scenario(domain: DomainConfiguration(state.pointer.pointee.configuration))
    }
  }

  /// What the engine went through.
  public var runs: RunTally { engine.tally }

  /// Tries every combination for one format that both subjects can do; the others are counted.
  public func sweep(_ format: Format, _ extent: Extent) {
    let release = kernel ?? engine.treeRelease
    for features in Self.subsets(of: format.expressibleFeatures(of: release)) {
      for build in [Build.production, .debug] {
        for top in Self.tops(format) {
          let domain = DomainConfiguration(
            format: format, va: 0, oa: 0, features: features, top: top, build: build,
            kernel: release)
          sweepWidths(domain, extent)
        }
      }
      onProgress(tally)
    }
  }

  private func sweepWidths(_ domain: DomainConfiguration, _ extent: Extent) {
    lowered.removeAll()
    lowered.configuration = Scenario(domain: domain).loweredConfiguration
    if !narrowing.isIdle, leavesOut(domain, extent) { return }
    for va in UInt8.min...UInt8.max {
      for oa in UInt8.min...UInt8.max where Self.isTried(va, oa, extent) {
        if narrowing.isIdle || fits(va, oa) { tryOne(domain, va, oa) }
      }
    }
  }

  /// Whether the domain cannot be done, whatever its widths.
  private func leavesOut(_ domain: DomainConfiguration, _ extent: Extent) -> Bool {
    var domain = domain
    domain.va = narrowing.capabilities.inputWidths.lowerBound
    domain.oa = narrowing.capabilities.outputWidths.lowerBound
    guard let need = narrowing.capabilities.firstUnmet(domain) else { return false }
    narrowing.leaveOut(need, count: Self.widths(extent))
    return true
  }

  private func fits(_ va: UInt8, _ oa: UInt8) -> Bool {
    let needs = [Need.inputWidth(va), .outputWidth(oa)]
    guard let need = needs.first(where: { !narrowing.capabilities.meet($0) }) else { return true }
    narrowing.leaveOut(need)
    return false
  }

  /// How many pairs of widths are tried.
  private static func widths(_ extent: Extent) -> Int {
    let (inputs, outputs) = (inputEdges.count, outputEdges.count)
    return switch extent {
    case .corners: inputs * outputs
    case .edges: inputs * 256 + (256 - inputs) * outputs
    case .all: 256 * 256
    }
  }

  private static func isTried(_ va: UInt8, _ oa: UInt8, _ extent: Extent) -> Bool {
    switch extent {
    case .corners: inputEdges.contains(va) && outputEdges.contains(oa)
    case .edges: inputEdges.contains(va) || outputEdges.contains(oa)
    case .all: true
    }
  }

  private func tryOne(_ domain: DomainConfiguration, _ va: UInt8, _ oa: UInt8) {
    lowered.configuration.va_lg2 = UInt32(va)
    lowered.configuration.oa_lg2 = UInt32(oa)
    passed += 1
    let state = position.state.pointer
    guard passed > state.pointee.tally.configurations else { return }
    state.pointee.tally.configurations += 1
    state.pointee.configuration = lowered.configuration
    state.pointee.isTried = true
    let finding = engine.run(lowered)
    state.pointee.isTried = false
    if engine.lanes[0].lane.lastOpen == .done { state.pointee.tally.accepted += 1 }
    if finding == nil { return }
    state.pointee.tally.divergences += 1
    var domain = domain
    domain.va = va
    domain.oa = oa
    onDivergence(Scenario(domain: domain))
  }

  /// Widths at which some format changes its mind, and those beside them.
  private static let inputEdges: Set<UInt8> = [
    0, 1, 12, 13, 21, 30, 38, 39, 40, 48, 49, 57, 58, 64, 65, 255,
  ]
  private static let outputEdges: Set<UInt8> = [
    0, 1, 12, 13, 14, 21, 31, 39, 51, 52, 53, 56, 57, 64, 255,
  ]

  /// Each level that a format has, one past, and the largest number that text can say.
  private static func tops(_ format: Format) -> [UInt32?] {
    format.takesTop ? [0, 1, 2, 3, 4, 5, 6, 7, .max] : [nil]
  }

  private static func subsets(of features: Features) -> [Features] {
    var result: [Features] = [[]]
    for bit in 0..<UInt32(Features.names.count) {
      let feature = Features(rawValue: 1 << bit)
      if features.contains(feature) { result += result.map { $0.union(feature) } }
    }
    return result
  }
}
