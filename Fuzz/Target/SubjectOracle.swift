// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import Lockstep
import Report
import ScenarioLanguage
import SubjectABI

/// Runs an input as `--oracle` says, and reports what is found first.
final class SubjectOracle: InputOracle {
  private let settings: FuzzSettings
  private let head: Scenario?
  private let choice: OracleChoice
  private let lanes: [Lane]
  private let engine: Engine
  private var scenario = LoweredScenario()
  /// Whether a subject did an operation in a scenario that none refused: what the host does by itself is
  /// none.
  private var wasAsked = false
  /// Inputs that ask for too much.
  private var oversized = 0
  /// What an input was saved of, where the run goes on.
  private var kept: Set<Signature> = []
  /// Fits inputs to what both sides can do; nil when they can do everything.
  private var narrowing: Narrowing?

  init(_ settings: FuzzSettings) throws {
    self.settings = settings
    head = try settings.head()
    choice = try settings.choice()
    lanes = try settings.lanes(telling: JobShare.own?.progress)
    let leads = Self.isBlind(try settings.requests())
    engine = choice.engine(lanes, beside: leads ? [BehaviourCounters(Self.counters)] : [])
    engine.isThorough = false
    let fit = Narrowing(lanes)
    narrowing = fit.isIdle ? nil : fit
    endWithTally({ [unowned self] in tally }) { [unowned self] in narrowing }
    iopt_fuzz_count_start()
    iopt_fuzz_leaks_start()
  }

  /// Whether no code of any subject counts what an input reaches.
  private static func isBlind(_ requests: [LaneRequest]) -> Bool {
    requests.allSatisfy { request in
      guard let file = request.loaded?.file else { return false }
      return iopt_fuzz_edges_has(file) == 0
    }
  }

  private static var counters: UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(
      start: iopt_fuzz_behaviours(), count: Int(IOPT_FUZZ_BEHAVIOURS))
  }

  private var tally: JobTally {
    var told = JobTally()
    told.tally = engine.tally
    told.narrowed = narrowing?.tally ?? [:]
    told.oversized = oversized
    told.wasAsked = wasAsked
    return told
  }

  func test(_ input: UnsafeBufferPointer<UInt8>) {
    iopt_fuzz_leaks_begin()
    run(input)
    if iopt_fuzz_leaks_found() != 0 {
      fail(
        "\n==== finding: memory leaked\nMemory that was allocated in the input, and that nobody can"
          + " reach any more: libFuzzer's log says where.\n")
    }
  }

  private func run(_ input: UnsafeBufferPointer<UInt8>) {
    guard decodeLowered(input, head: head, narrowing: &narrowing, into: &scenario) else {
      return iopt_fuzz_count_refusal()
    }
    guard scenario.mappedEntries <= JobTally.entryLimit else {
      oversized += 1
      return iopt_fuzz_count_refusal()
    }
    if isRelaxed { iopt_fuzz_count_relaxed() }
    if let finding = engine.run(scenario) {
      guard settings.keepsGoing else { report(finding) }
      keep(finding, input)
    }
    if engine.wasRefused {
      iopt_fuzz_count_refusal()
    } else {
      iopt_fuzz_count_run(UInt64((engine.operationIndex ?? -1) + 1))
      if !wasAsked, Scenario(scenario).operations.contains(where: \.isOfSubject) { wasAsked = true }
    }
  }

  /// Saves the input, when it is the first that shows this.
  private func keep(_ first: Finding, _ input: UnsafeBufferPointer<UInt8>) {
    var finding = first
    if first.oracle == .abi {
      // A thorough run may say that there was something else before. A subject that did break a rule
      // cannot be trusted any more.
      engine.isThorough = true
      defer { engine.isThorough = false }
      guard let again = engine.run(scenario), again.oracle != .abi else { report(first) }
      finding = again
    }
    guard kept.insert(finding.signature).inserted, let folder = settings.artifacts else { return }
    do {
      _ = try FailureFiles.saveInput(Array(input), in: folder)
    } catch {
      fail("\(error)\n")
    }
  }

  private var isRelaxed: Bool {
    guard scenario.configuration.has_dma != 0 else { return false }
    for index in 0..<scenario.count
    where scenario.operations[index].kind == UInt32(IOPT_OP_RELAX.rawValue) {
      return true
    }
    return false
  }

  private func report(_ first: Finding) -> Never {
    // Where a word without a store record showed at the end only, a thorough run says when.
    engine.isThorough = true
    let first = engine.run(scenario) ?? first
    if let job = JobShare.own {
      job.endWithFinding("\n==== finding: \(first.signature)\n\(first.report)\n")
    }
    // Without a folder for it, the input is all that is kept, and libFuzzer keeps it.
    guard let folder = settings.artifacts, !FuzzSettings.isMinimizing else {
      fail("\n==== finding: \(first.signature)\n\(first.report)\n")
    }
    let files = FailureFiles(
      folder: folder, signature: first.signature, sides: lanes.map(\.specification))
    if files.exist {
      endWithFailure(
        "\n==== finding: \(first.signature), as in \(files.textPath): nothing saved\n")
    }
    let smallest = shrink(Scenario(scenario))
    guard let finding = engine.run(smallest, file: files.textPath) else {
      fail("what was found went away when it was shrunk: \(first.signature)\n")
    }
    do {
      try files.save(smallest, report: finding.report)
    } catch {
      fail("\(error)\n")
    }
    fail("\n==== finding: \(finding.signature)\n\(finding.report)\n")
  }

  private func shrink(_ scenario: Scenario) -> Scenario {
    let seconds = settings.shrinkSeconds
    guard seconds > 0 else { return scenario }
    printError("shrinking, for at most \(seconds) s\n")
    let minimizer = Minimizer(choice, lanes)
    minimizer.keepsHead = head != nil
    return minimizer.minimize(scenario, seconds: Double(seconds))?.scenario ?? scenario
  }
}

extension Operation {
  /// Whether a subject does it, and not the host.
  fileprivate var isOfSubject: Bool {
    switch self {
    case .failAlloc, .failFQ: false
    default: true
    }
  }
}
