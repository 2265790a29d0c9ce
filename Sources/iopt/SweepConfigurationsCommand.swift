// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct SweepConfigurations: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "configurations",
    abstract: "Open a domain with every combination of widths, top, features and build.",
    discussion: """
      Both sides must accept and refuse the same with the same errno, and report the same. Every \
      input width is tried with the output widths at which something changes, and the other way \
      round; --all tries every width with every width, which takes ten times as long.

      Example: iopt sweep configurations --format x86_64
      """)

  @Option(
    help: ArgumentHelp("\(Format.names). Default: all.", valueName: "format"))
  var format: String?

  @Flag(help: "Try every input width with every output width.")
  var all = false

  @OptionGroup var release: SweepRelease

  @OptionGroup var sides: SideOptions

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var output: SweepOutput

  func validate() throws { _ = try namedFormat(format) }

  func run() throws {
    let plan = EnginePlan(try sides.requests(), make: ConfigurationSweep.engine)
    let progress = ProgressLine()
    let findings = SweepFindings(
      output, try isolation.judge(plan, file: ""), progress)
    if isolation.isolates(plan.requests) {
      return try runIsolated(plan, findings, progress)
    }
    let engine = try plan.engine()
    let sweep = ConfigurationSweep(engine, kernel: release.kernel)
    sweep.onDivergence = { findings.report($0, "configuration") }
    try run(sweep, progress)
    try finish(findings, plan, sweep.tally, engine.tally, sweep.narrowing.lines("configuration"))
  }

  private func run(_ sweep: ConfigurationSweep, _ progress: ProgressLine) throws {
    if progress.isShown {
      sweep.onProgress = { progress.show("\($0.configurations) configurations") }
    }
    for format in try namedFormat(format).map({ [$0] }) ?? Format.allCases {
      sweep.sweep(format, all ? .all : .edges)
    }
  }

  private func runIsolated(
    _ plan: EnginePlan, _ findings: SweepFindings, _ progress: ProgressLine
  ) throws {
    let isolated = IsolatedSweep(plan, limit: isolation.duration)
    let position = ConfigurationSweep.Position()
    var lines: [String] = []
    isolated.onText = { text in
      if let scenario = scenario(in: text) {
        findings.report(scenario, "configuration")
      } else {
        lines = leftOut(in: text)
      }
    }
    let isWhole = try isolated.run { engine, link in
      let sweep = ConfigurationSweep(engine, kernel: release.kernel, from: position)
      sweep.onDivergence = { link.tell($0.text) }
      try? run(sweep, progress)
      link.settle(engine, withUnopened: false)
      link.tell(sweep.narrowing.lines("configuration").joined(separator: "\n"))
    } lost: { fatality, _ in
      if let scenario = position.pass() {
        findings.report(scenario, "configuration", lostTo: fatality)
      } else {
        findings.reportLoss(fatality)
      }
    }
    if !isWhole { findings.tellGivenUp() }
    try finish(findings, plan, position.tally, isolated.tally, lines)
  }

  private func finish(
    _ findings: SweepFindings, _ plan: EnginePlan, _ tally: ConfigurationSweep.Tally,
    _ runs: RunTally, _ leftOut: [String]
  ) throws {
    var runs = runs
    // Domains that neither side opens are what is compared here.
    runs.unopened = [:]
    try findings.finish(
      "\(plan.labels.joined(separator: " and ")): \(tally.configurations) configurations,"
        + " \(tally.accepted) accepted: \(findings.verdict(runs))",
      runs, leftOut: leftOut)
  }
}
