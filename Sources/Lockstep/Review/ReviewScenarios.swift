// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Where the scenarios of a review come from when no file has them: those that are known to show
/// something come first, each as it stands; then scenarios are made, of both versions of the language,
/// and mutated from those that showed something, in turn. What has to be left out is passed over.
public struct ReviewScenarios {
  private var known: ArraySlice<Scenario>
  private var generators: [ScenarioGenerator]
  private var narrowing: Narrowing?
  private var random: SeededRandom
  /// What is mutated, as bytes.
  private var pool: [[UInt8]] = []
  private var turn = 0

  /// Longer inputs are no use for mutation.
  private static let longestInput = 4096
  /// So many of the pool are kept; the newest take the places of others.
  private static let poolSize = 512

  /// `narrowing` fits them to both versions.
  public init(seed: UInt64, known: [Scenario], narrowing: Narrowing) {
    self.known = known[...]
    // Lists with empty pieces and two-step mappings are in the second version alone. Which release it
    // names does not matter: each side runs as what it is.
    generators = [nil, Kernel.linux7_3].map {
      ScenarioGenerator(seed: seed, layer: .both, kernel: $0, narrowing: narrowing)
    }
    self.narrowing = narrowing
    random = SeededRandom(seed: seed)
    for scenario in known { keep(scenario) }
  }

  /// Whether some of those that are known are still to come.
  public var hasKnown: Bool { !known.isEmpty }

  /// The next one; nil when the sides can do nothing like what was drawn.
  public mutating func next() -> Scenario? {
    // The sides have the revision of gather_range_pages() that they have.
    guard var scenario = drawn() else { return nil }
    scenario.domain.gather = nil
    return scenario
  }

  /// What had to be done to scenarios for want of what not all of the sides can do, a line each.
  public var narrowed: [String] {
    var all = narrowing
    for generator in generators { all?.add(generator.narrowing?.tally ?? [:]) }
    return all?.lines(whereSomeCan: true) ?? []
  }

  /// What showed something new is mutated from now on.
  public mutating func keep(_ scenario: Scenario) {
    let input = encode(scenario)
    guard input.count <= Self.longestInput else { return }
    if pool.count < Self.poolSize {
      pool.append(input)
    } else {
      pool[random.below(pool.count)] = input
    }
  }

  /// What these bytes stand for; nil when the sides can do nothing like it.
  public mutating func scenario(of input: [UInt8]) -> Scenario? {
    var scenario = input.withUnsafeBufferPointer { decode($0, narrowing: &narrowing) }
    scenario?.domain.gather = nil
    return scenario
  }

  /// One that was recorded, as far as the sides can do it; nil when nothing of it is left.
  public mutating func fitted(_ recorded: Scenario) -> Scenario? {
    guard var scenario = narrowing?.narrowed(recorded) else { return nil }
    scenario.domain.gather = nil
    return scenario
  }

  private mutating func drawn() -> Scenario? {
    if let scenario = known.popFirst() { return narrowing?.narrowed(scenario) }
    turn += 1
    let source = turn % 3
    return source == 2 && !pool.isEmpty ? mutated() : generators[source & 1].nextFitting()
  }

  private mutating func mutated() -> Scenario? {
    var bytes = pool[random.below(pool.count)]
    var size = bytes.count
    bytes += [UInt8](repeating: 0, count: Self.longestInput - size)
    bytes.withUnsafeMutableBufferPointer { buffer in
      for _ in 0...random.below(3) { size = mutateInput(buffer, size: size, seed: random.next()) }
      boundInput(buffer, size: size)
    }
    return bytes[..<size].withUnsafeBufferPointer { decode($0, narrowing: &narrowing) }
  }
}
