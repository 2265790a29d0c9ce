// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct SweepAllocations: JudgingCommand {
  static let configuration = CommandConfiguration(
    commandName: "allocations",
    abstract: "Let the 1st, 2nd, … nth allocation of each scenario fail in turn.",
    discussion: """
      Until a run makes none fail. Both sides must do the same in every run, or with --subject one \
      keep what its oracles ask (--oracle), lose no table (but \
      those that a gather took: one that is initialised again forgets its tables, and so does an \
      operation's own where gather=original or proposed left the range out), and a map that fails \
      must leave the mappings as they were. fail_alloc operations of a scenario's own are \
      left out.

      Example: iopt sweep allocations Corpus/reproducers/*.iopt
      """)

  @Argument(
    help: ArgumentHelp(
      "Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    parsing: .unconditional,
    help: "Let at most so many allocations of one operation fail. Default: all of them.")
  var failures: UInt64?

  @OptionGroup var release: SweepRelease

  @OptionGroup var sides: SideOptions

  @OptionGroup var alone: AloneOption

  @OptionGroup var oracles: OracleOptions

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var output: SweepOutput

  func validate() throws {
    _ = try choice()
    guard failures != 0 else { throw ValidationError("--failures takes at least 1") }
  }

  func run() throws {
    let plan = try plan()
    let progress = ProgressLine()
    let findings = SweepFindings(
      output, try isolation.judge(plan, file: files[0]), progress)
    if isolation.isolates(plan.requests) {
      return try runIsolated(plan, findings, progress)
    }
    let engine = try plan.engine()
    let sweep = AllocationSweep(engine)
    sweep.onFault = { tell($0, findings) }
    for file in files {
      for located in try readScenarios(path: file) {
        run(sweep, release.applied(to: located.scenario), progress)
      }
    }
    try finish(findings, plan, sweep.tally, engine.tally)
  }

  private func run(_ sweep: AllocationSweep, _ scenario: Scenario, _ progress: ProgressLine) {
    sweep.limit = failures
    sweep.sweep(scenario)
    if progress.isShown {
      progress.show("\(sweep.tally.scenarios) scenarios, \(sweep.tally.failures) failures")
    }
  }

  /// A scenario in which a subject ends the process is swept no further.
  private func runIsolated(
    _ plan: EnginePlan, _ findings: SweepFindings, _ progress: ProgressLine
  ) throws {
    var scenarios: [Scenario] = []
    for file in files {
      scenarios += try readScenarios(path: file).map { release.applied(to: $0.scenario) }
    }
    let isolated = IsolatedSweep(plan, limit: isolation.duration)
    let position = AllocationSweep.Position(isShared: true)
    isolated.onText = { text in
      if let fault = AllocationSweep.Fault(message: text) { tell(fault, findings) }
    }
    let isWhole = try isolated.run { engine, link in
      let sweep = AllocationSweep(engine, at: position)
      sweep.onFault = { link.tell($0.message) }
      for scenario in scenarios.dropFirst(position.tally.scenarios) {
        run(sweep, scenario, progress)
        link.settle(engine)
      }
    } lost: { fatality, _ in
      if let scenario = position.pass() {
        findings.report(scenario, "allocations", lostTo: fatality)
      } else {
        findings.reportLoss(fatality)
      }
    }
    if !isWhole { findings.tellGivenUp() }
    try finish(findings, plan, position.tally, isolated.tally)
  }

  private func finish(
    _ findings: SweepFindings, _ plan: EnginePlan, _ tally: AllocationSweep.Tally, _ runs: RunTally
  ) throws {
    var summary =
      "\(plan.labels.joined(separator: " and ")): \(tally.scenarios) scenarios,"
      + " \(tally.failures) allocations made to fail, \(tally.unwound) maps unwound: "
      + (tally.faults > 0
        ? "\(tally.faults) faults" : runs.verdict(agrees: "nothing wrong", differs: "wrong"))
    if tally.ragged > 0 {
      summary += " (\(tally.ragged) of ragged lengths, which leave a table behind)"
    }
    if tally.forgotten > 0 {
      summary += " (\(tally.forgotten) in which an older revision's gather forgets tables)"
    }
    if tally.refused > 0 { summary += " (\(tally.refused) scenarios that a side refuses)" }
    try findings.finish(summary, runs)
  }

  private func tell(_ fault: AllocationSweep.Fault, _ findings: SweepFindings) {
    switch fault {
    case .differs(let scenario):
      findings.report(scenario, "allocations")
    case .leaks(let scenario, let side, let tables):
      findings.add(scenario, "leak") { path in
        let list = tables.map { "0x" + String($0, radix: 16) }.joined(separator: " ")
        return "\(path.printable): \(side) leaves tables behind after its teardown: \(list)\n"
      }
    case .changesMappings(let scenario, let side, let operation):
      findings.add(scenario, "unwound") { path in
        "\(path.printable): operation \(operation) fails, and \(side) does not leave the mappings as they"
          + " were\n"
      }
    case .differsWhenOpened(let scenario):
      findings.add(scenario, "open") { path in
        "\(path.printable): the sides differ, or one succeeds, when the first table cannot be allocated\n"
      }
    }
  }
}
