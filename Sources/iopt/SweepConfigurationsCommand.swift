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

  @OptionGroup var options: SweepOptions

  func validate() throws { _ = try namedFormat(format) }

  func run() throws {
    let lanes = try options.lanes()
    let sweep = ConfigurationSweep(left: lanes.left, right: lanes.right)
    let progress = ProgressLine()
    let reporter = Engine(
      [lanes.left.twin, lanes.right.twin], [ComparisonOracle(countsFailures: true)])
    let findings = SweepFindings(options.output, reporter, progress)
    sweep.onDivergence = { findings.report($0, "configuration") }
    if progress.isShown {
      sweep.onProgress = { progress.show("\($0.configurations) configurations") }
    }
    for format in try namedFormat(format).map({ [$0] }) ?? Format.allCases {
      sweep.sweep(format, all ? .all : .edges)
    }
    let tally = sweep.tally
    var runs = sweep.runs
    // Domains that neither side opens are what is compared here.
    runs.unopened = [:]
    try findings.finish(
      "\(lanes.left.label) and \(lanes.right.label): \(tally.configurations) configurations,"
        + " \(tally.accepted) accepted: "
        + (tally.divergences == 0 ? "no difference" : "\(tally.divergences) differ"),
      runs, leftOut: sweep.narrowing.lines("configuration"))
  }
}
