// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct SweepExhaustive: JudgingCommand {
  static let configuration = CommandConfiguration(
    commandName: "exhaustive",
    abstract: "Run all short sequences of operations at the boundaries of tables and space.",
    discussion: """
      On each of the standard configurations: maps and unmaps of the first and last page of a \
      table, across two tables, around contiguous entries and entries of higher levels, at the \
      last page of the space and at the edge of sign extension, with gathers, failing \
      allocations and dirty tracking between them.

      Example: iopt sweep exhaustive --deep 600 --format amdv1
      """)

  @Option(parsing: .unconditional, help: "Operations of the longest sequence, at most 16.")
  var depth = 4

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Go on with longer and longer sequences for so many seconds.", valueName: "seconds"))
  var deep: Double?

  @Option(
    help: ArgumentHelp("\(Format.names). Default: all.", valueName: "format"))
  var format: String?

  @OptionGroup var release: SweepRelease

  @OptionGroup var sides: SideOptions

  @OptionGroup var alone: AloneOption

  @OptionGroup var oracles: OracleOptions

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var output: SweepOutput

  /// Some thirty years; a clock's numbers end somewhere.
  private static let longest = 1e9

  func validate() throws {
    try check(depth, "--depth", in: 1...16)
    if let deep, !(deep > 0 && deep <= Self.longest) {
      throw ValidationError("--deep takes seconds, more than 0 and at most \(Int(Self.longest))")
    }
    _ = try namedFormat(format)
    _ = try choice()
  }

  func run() throws {
    let format = try namedFormat(format)
    let configurations = StandardConfigurations.all(of: release.kernel).filter {
      format == nil || $0.domain.format == format
    }
    let plan = try plan()
    let progress = ProgressLine()
    let findings = SweepFindings(output, try isolation.judge(plan, file: ""), progress)
    if isolation.isolates(plan.requests) {
      return try runIsolated(plan, configurations, findings, progress)
    }
    let engine = try plan.engine()
    let sweep = ExhaustiveSweep(engine, configurations)
    sweep.onDivergence = { findings.report($0, "exhaustive") }
    limit(sweep, progress, until: end)
    _ = sweep.sweep(depth: deep == nil ? depth : 16)
    try finish(
      findings, plan, sweep.tally, engine.tally, sweep.narrowing.lines("configuration"))
  }

  /// When --deep is over.
  private var end: ContinuousClock.Instant? { deep.map { ContinuousClock.now + .seconds($0) } }

  private func limit(
    _ sweep: ExhaustiveSweep, _ progress: ProgressLine, until end: ContinuousClock.Instant?
  ) {
    sweep.shouldStop = { tally in
      if progress.isShown {
        progress.show("\(tally.sequences) sequences, all of up to \(tally.depth) operations")
      }
      return end.map { ContinuousClock.now >= $0 } ?? false
    }
  }

  private func runIsolated(
    _ plan: EnginePlan, _ configurations: [NamedConfiguration], _ findings: SweepFindings,
    _ progress: ProgressLine
  ) throws {
    let isolated = IsolatedSweep(plan, limit: isolation.duration)
    let position = ExhaustiveSweep.Position(configurations, isShared: true)
    var lines: [String] = []
    isolated.onText = { text in
      if let scenario = scenario(in: text) {
        findings.report(scenario, "exhaustive")
      } else {
        lines = leftOut(in: text)
      }
    }
    let end = end
    let isWhole = try isolated.run { engine, link in
      let sweep = ExhaustiveSweep(engine, configurations, from: position)
      sweep.onDivergence = { link.tell($0.text) }
      sweep.onStretch = { link.settle(engine) }
      limit(sweep, progress, until: end)
      _ = sweep.sweep(depth: deep == nil ? depth : 16)
      link.settle(engine)
      link.tell(sweep.narrowing.lines("configuration").joined(separator: "\n"))
    } lost: { fatality, operation in
      if let scenario = position.pass(operation: operation) {
        findings.report(scenario, "exhaustive", lostTo: fatality)
      } else {
        findings.reportLoss(fatality)
      }
    }
    if !isWhole { findings.tellGivenUp() }
    try finish(findings, plan, position.tally, isolated.tally, lines)
  }

  private func finish(
    _ findings: SweepFindings, _ plan: EnginePlan, _ tally: ExhaustiveSweep.Tally,
    _ runs: RunTally, _ leftOut: [String]
  ) throws {
    try findings.finish(
      "\(plan.labels.joined(separator: " and ")): \(tally.sequences) sequences on"
        + " \(tally.configurations) configurations, all of up to \(tally.depth) operations: "
        + findings.verdict(runs),
      runs, leftOut: leftOut)
  }
}

/// The scenario that a process of a sweep tells of; nil for another message.
func scenario(in text: String) -> Scenario? {
  guard text.hasPrefix("iopt ") else { return nil }
  return (try? readScenarios(bytes: Array(text.utf8), name: "sweep"))?.first?.scenario
}

/// What a process of a sweep says was left out.
func leftOut(in text: String) -> [String] { text.split(separator: "\n").map(String.init) }

/// The format that an option names; nil when it was not given.
func namedFormat(_ name: String?) throws -> Format? {
  guard let name else { return nil }
  guard let found = Format.allCases.first(where: { $0.description == name }) else {
    throw ValidationError("--format '\(name)': expected \(Format.names)")
  }
  return found
}
