// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Hardware
import Lockstep
import ScenarioLanguage
import SubjectABI

/// Judges the beginning of a cell's run by contract and hardware, and writes down what is unsafe.
struct CellSafety {
  /// What came of it.
  enum Verdict {
    /// Nothing was found in so many operations.
    case kept(Int)
    case found(reason: String, operation: Int)
    /// It could not be run.
    case failed(String)
  }

  private let head: Scenario
  private let options: CellOptions

  init(_ head: Scenario, _ options: CellOptions) {
    self.head = head
    self.options = options
  }

  /// A known danger is one here, too. What `sync-tables` does beside a flush queue's gather is its
  /// habit, and removes too much, not too little.
  private var choice: OracleChoice {
    var choice = OracleChoice([.contract, .hardware])
    choice.forbidden = Set(HardwareOracle.departureNames)
      .subtracting([KnownClass.tableSyncedAtOnce.rawValue])
    choice.drivers = [head.domain.driver ?? .natural(for: head.domain)]
    choice.whereDriversFit = true
    return choice
  }

  func judge(_ workload: LabWorkload, upTo count: Int) throws -> Verdict {
    guard count > 0 else { return .kept(0) }
    let lane = try LaneChoice(options.subject).lane()
    let engine = choice.engine([lane])
    engine.isThorough = false
    var lowered = LoweredScenario()
    lowered.lower(head)
    defer { engine.close() }
    engine.open(lowered.configuration, driver: lowered.driver)
    guard engine.state == .running else {
      if let finding = engine.finding { return .failed("\(finding.signature)") }
      return .failed("the domain does not open: \(openingFault(engine))")
    }
    let source = try workload.operations(seed: options.seed)
    var done = 0
    while done < count, lane.slotsUsed < 60_000, let operation = try source.nextOperation() {
      engine.run(operation)
      if let finding = engine.finding {
        return .found(reason: Self.reason(finding), operation: done)
      }
      guard engine.state == .running else { return .failed("operation \(done) ended the run") }
      done += 1
    }
    return .kept(done)
  }

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
  func write(
    _ cell: GridCell, _ workload: LabWorkload, count: Int
  ) throws -> String? {
    guard let folder = options.reproducers else { return nil }
    let scenario = try workload.scenario(head, seed: options.seed, operations: count)
    let lane = try LaneChoice(options.subject).lane()
    let minimizer = Minimizer(choice, [lane])
    minimizer.keepsHead = true
    minimizer.testLimit = 2000
    let smallest = minimizer.minimize(scenario)?.scenario ?? scenario
    let name = [workload.name, "\(cell.policy.name)", cell.driver.name, cell.mode]
      .joined(separator: ".").map { $0.isLetter || $0.isNumber || "+-.=".contains($0) ? $0 : "_" }
    let path = "\(folder)/\(String(name)).iopt"
    mkdir(folder, 0o777)
    var text = TextBuffer(capacity: 4096)
    text.append(smallest)
    var file = try FileOutput(path: path)
    try file.append(text.bytes)
    try file.commit()
    return path
  }
}
