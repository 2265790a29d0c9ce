// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct SweepExhaustive: ParsableCommand {
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

  @OptionGroup var judges: JudgeOptions

  @OptionGroup var output: SweepOutput

  /// Some thirty years; a clock's numbers end somewhere.
  private static let longest = 1e9

  func validate() throws {
    try check(depth, "--depth", in: 1...16)
    if let deep, !(deep > 0 && deep <= Self.longest) {
      throw ValidationError("--deep takes seconds, more than 0 and at most \(Int(Self.longest))")
    }
    _ = try namedFormat(format)
    _ = try judges.choice()
  }

  func run() throws {
    let format = try namedFormat(format)
    let configurations = StandardConfigurations.all.filter {
      format == nil || $0.domain.format == format
    }
    let lanes = try judges.lanes()
    let engine = try judges.choice().engine(lanes)
    let sweep = ExhaustiveSweep(engine, configurations)
    let progress = ProgressLine()
    let findings = SweepFindings(
      output, try judges.choice().engine(lanes.map(\.twin)), progress)
    sweep.onDivergence = { findings.report($0, "exhaustive") }
    let start = ContinuousClock.now
    let end = deep.map { start + .seconds($0) }
    sweep.shouldStop = { tally in
      if progress.isShown {
        progress.show("\(tally.sequences) sequences, all of up to \(tally.depth) operations")
      }
      return end.map { ContinuousClock.now >= $0 } ?? false
    }
    _ = sweep.sweep(depth: deep == nil ? depth : 16)
    let tally = sweep.tally
    try findings.finish(
      "\(lanes.map(\.label).joined(separator: " and ")): \(tally.sequences) sequences on"
        + " \(tally.configurations) configurations, all of up to \(tally.depth) operations: "
        + (tally.divergences == 0 ? "no difference" : "\(tally.divergences) differ"),
      engine.tally, leftOut: sweep.narrowing.lines("configuration"))
  }
}

/// The format that an option names; nil when it was not given.
func namedFormat(_ name: String?) throws -> Format? {
  guard let name else { return nil }
  guard let found = Format.allCases.first(where: { $0.description == name }) else {
    throw ValidationError("--format '\(name)': expected \(Format.names)")
  }
  return found
}
