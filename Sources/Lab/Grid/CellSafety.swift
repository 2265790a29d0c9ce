// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lockstep
import ScenarioLanguage
import SubjectABI

/// Judges a cell's run by contract and hardware, and writes down what is unsafe.
struct CellSafety {
  /// What was found.
  struct Breach {
    var reason: String
    /// The named departure that it is, which is none of the known ones of a check by itself.
    var departure: String?
    /// The scenario of the workload, and the operation in it.
    var scenario: Int
    var operation: Int
  }

  /// What came of it.
  enum Verdict {
    /// Nothing was found in so many operations.
    case kept(Int)
    case found(Breach)
    /// It could not be run.
    case failed(String)
  }

  /// What is left to be judged.
  private struct Remainder {
    var operations: Int
    var work: JudgedWork
    var done = 0
    /// What is judged is the beginning of the run, without gaps: after a scenario that was not judged to
    /// its end comes none.
    var isStopped = false
    var isUsedUp: Bool { isStopped || done >= operations || work.isUsedUp }
  }

  private let workload: LabWorkload
  /// Of each of its scenarios.
  private let heads: [Scenario]
  private let options: CellOptions

  init(_ workload: LabWorkload, _ heads: [Scenario], _ options: CellOptions) {
    self.workload = workload
    self.heads = heads
    self.options = options
  }

  /// A known danger is one here, too. What `sync-tables` does beside a flush queue's gather is its
  /// habit, and removes too much, not too little.
  private var choice: OracleChoice {
    var choice = OracleChoice([.contract, .hardware])
    choice.forbidden = Set(HardwareOracle.departureNames)
      .subtracting([KnownClass.tableSyncedAtOnce.rawValue])
    choice.drivers = [heads[0].domain.driver ?? .natural(for: heads[0].domain)]
    choice.whereDriversFit = true
    return choice
  }

  /// Judges so many operations at most, and no more than the options say.
  func judge(upTo count: Int) throws -> Verdict {
    var rest = Remainder(
      operations: min(options.judged ?? .max, count),
      work: JudgedWork(limit: options.judged == nil ? JudgedWork.limit : .max))
    guard !rest.isUsedUp else { return .kept(0) }
    let lane = try LaneChoice(options.subject).lane()
    let engine = choice.engine([lane])
    engine.isThorough = false
    defer { engine.close() }
    let hardware = engine.oracles.lazy.compactMap { $0 as? HardwareOracle }.first
    let source = try workload.operations(seed: options.seed)
    for index in heads.indices where !rest.isUsedUp {
      let verdict = try judge(index, source, &rest, engine, lane) { hardware?.staleEntries ?? 0 }
      if let verdict { return verdict }
    }
    return .kept(rest.done)
  }

  /// One scenario; nil: nothing was found.
  private func judge(
    _ index: Int, _ source: OperationSource, _ rest: inout Remainder, _ engine: Engine,
    _ lane: Lane,
    _ entries: () -> Int
  ) throws -> Verdict? {
    var lowered = LoweredScenario()
    lowered.lower(heads[index])
    engine.open(lowered.configuration, driver: lowered.driver)
    let place = heads.count > 1 ? "scenario \(index + 1): " : ""
    guard engine.state == .running else {
      if let finding = engine.finding { return .failed("\(place)\(finding.signature)") }
      return .failed("\(place)the domain does not open: \(openingFault(engine))")
    }
    var operations = 0
    while !rest.isUsedUp, lane.slotsUsed < Self.slotLimit {
      guard let operation = try source.nextOperation() else { return nil }
      engine.run(operation)
      if let finding = engine.finding {
        var departure: String?
        if case .departure(_, let name) = finding.evidence { departure = name }
        return .found(
          Breach(
            reason: place + Self.reason(finding), departure: departure, scenario: index,
            operation: operations))
      }
      guard engine.state == .running else {
        return .failed("\(place)operation \(operations) ended the run")
      }
      operations += 1
      rest.done += 1
      rest.work.add(operation, entries: entries())
    }
    rest.isStopped = true
    return nil
  }

  /// A judge knows each table page once: before these are used up, it ends.
  private static let slotLimit = 60_000

  private func openingFault(_ engine: Engine) -> String {
    if engine.wasRefused { return "the subject refuses it" }
    return engine.tally.unopened.keys.first.map { Errno.text($0.errno) } ?? "it crashes"
  }

  private static func reason(_ finding: Finding) -> String {
    switch finding.evidence {
    case .breach(_, let text, _): "\(finding.signature.difference): \(text)"
    default:
      finding.hardware?.danger.map { "\(finding.signature.difference): \($0)" }
        ?? finding.signature.difference
    }
  }

  /// Writes the shortest scenario that shows it, in the folder that the options name.
  func write(_ cell: GridCell, _ breach: Breach) throws -> String? {
    guard let folder = options.reproducers else { return nil }
    let scenario = try workload.scenario(
      breach.scenario, heads[breach.scenario], seed: options.seed, operations: breach.operation + 1)
    let lane = try LaneChoice(options.subject).lane()
    let minimizer = Minimizer(choice, [lane])
    minimizer.keepsHead = true
    minimizer.testLimit = 2000
    let smallest = minimizer.minimize(scenario)?.scenario ?? scenario
    let parameter = cell.parameter.map { ["\($0.name)=\($0.value)"] } ?? []
    let name = ([workload.name, "\(cell.policy.name)", cell.driver.name, cell.mode] + parameter)
      .joined(separator: ".").map { $0.isLetter || $0.isNumber || "+-.=".contains($0) ? $0 : "_" }
    let path = "\(folder)/\(String(name)).iopt"
    ReproducerFolder.make(folder)
    var text = TextBuffer(capacity: 4096)
    text.append(smallest)
    var file = try FileOutput(path: path)
    try file.append(text.bytes)
    try file.commit()
    return path
  }
}
