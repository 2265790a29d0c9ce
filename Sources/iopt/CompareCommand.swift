// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lab
import Lockstep
import ScenarioLanguage

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Weigh policies for empty tables against each other, on workloads.",
    discussion: """
      Each workload is run on each policy, behind each driver, in each mode, and judged by contract \
      and hardware: what is unsafe is shown with its reason and a file that shows it, and has no counts. \
      Of a file all scenarios are run, one after another; their counts are added, and of peaks the \
      highest is shown. Documentation/compare.md tells more. Options take several values, after \
      each other or with commas; all stands for all. The same seed gives the same bytes.

      Workloads, with their parameters (--set, --sweep):

      \(CompareHelp.workloads.joined(separator: "\n"))

      Every mode with a queue has queue-size and queue-timeout besides. Modes: \(LabMode.forms); all is \
      \(LabMode.all.joined(separator: ", ")).

      Meters:

      \(CompareHelp.meters.joined(separator: "\n"))

      Exit status: 0 the grid was run, what is unsafe in it being a result; 2 bad input; 3 no cell could \
      be run.

      Example: iopt compare --workload gpu-mr --driver riscv shadow --mode strict fq -o grid.html
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "\(WorkloadKind.list), or the path of a scenario or trace. Default: all.",
      valueName: "workload"))
  var workload: [String] = ["all"]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "\(Policy.allCases.map { "\($0.name)" }.joined(separator: ", ")). Default: all.",
      valueName: "policy"))
  var policy: [String] = ["all"]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("\(DriverName.list). Default: riscv.", valueName: "driver"))
  var driver: [String] = ["riscv"]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("See above. Default: strict and fq.", valueName: "mode"))
  var mode: [String] = ["strict", "fq"]

  @Option(parsing: .unconditional, help: "Operations of each run. Default: as is usual for each.")
  var operations: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Of those, from the first on, so many are judged. Default: all, up to some seconds' work; how many"
        + " it was is said where it was not all."))
  var judged: Int?

  @Option(parsing: .unconditional, help: "Where randomness starts.")
  var seed: UInt64 = 1

  @Option(
    parsing: .unconditional,
    help: "How many operations later a table that went is wanted again at most, to be counted.")
  var again: UInt64 = 1000

  @Option(help: ArgumentHelp("Set a workload's parameter; several.", valueName: "name=value"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp(
      "Run one parameter along, by doubling unless a step or a factor follows.",
      valueName: "name=A..B[:step|xfactor]"))
  var sweep: String?

  @Option(
    name: .customLong("cost-table"),
    help: ArgumentHelp(
      "What one of a meter costs, in ns: see Documentation/costs.", valueName: "file"))
  var costTable: String?

  @Option(help: ArgumentHelp("The same for one meter; several.", valueName: "name=nanoseconds"))
  var cost: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Show these only. Default: all.", valueName: "meter"))
  var meter: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Count the instructions of an unmap, too, under valgrind: some seconds for each workload, driver"
        + " and mode. They may differ a little from run to run."))
  var instructions = false

  @Option(help: "The subject that runs it.")
  var subject = "swift"

  @Option(
    help: ArgumentHelp("The release that is meant: \(Kernel.names).", valueName: "release"))
  var kernel: KernelArgument?

  @Option(
    help: ArgumentHelp(
      "The revision of gather_range_pages: "
        + GatherRevision.allCases.map { "\($0.name)" }.joined(separator: ", ") + ".",
      valueName: "revision"))
  var gather: String?

  @Option(parsing: .unconditional, help: "Cells that run at a time. Default: one a processor.")
  var jobs: Int?

  @Option(help: "The folder for scenarios of what is unsafe.")
  var reproducers = "iopt-compare"

  @Option(
    help:
      "text, csv, json, html, or svg of a sweep. Default: what the output file's name ends in, else text."
  )
  var format: String?

  @OptionGroup var output: TextOutput

  func validate() throws {
    if let operations { try check(operations, "--operations", in: 1...1_000_000_000) }
    if let judged { try check(judged, "--judged", in: 0...1_000_000_000) }
    if let jobs { try check(jobs, "--jobs", in: 1...256) }
    if try shape() == "svg", sweep == nil {
      throw ValidationError("--format svg: expected --sweep beside it")
    }
  }

  func run() throws {
    try ReproducerFolder.check(reproducers)
    let costs = try costs()
    let grid = try grid()
    // What is wrong with the meters shows before anything is run.
    _ = try GridReport([], costs: costs, meters: words(meter), instructions: instructions)
    var hasRun = false
    // What is wrong with the output, too.
    try output.whileOpen { take in
      let (cells, reason) =
        instructions ? try grid.runCountingInstructions() : (try grid.run(), nil)
      hasRun = cells.contains { $0.hasRun }
      let report = try GridReport(
        cells, costs: costs, meters: words(meter), command: CompareHelp.command,
        instructions: instructions, skipped: reason.map { ["unmap-instructions: \($0)"] } ?? [])
      let text = try text(report)
      var buffer = TextBuffer(capacity: text.utf8.count)
      buffer.append(text)
      try take(&buffer)
    }
    if !hasRun { throw ExitCode(3) }
  }

  // MARK: What is asked for

  private func words(_ values: [String]) -> [String] {
    values.flatMap { $0.split(separator: ",").map(String.init) }
  }

  /// The same, `all` spelled out, and each once: what is named twice is not run twice.
  private func words(_ values: [String], all: [String]) -> [String] {
    var seen: Set<String> = []
    return words(values).flatMap { $0 == "all" ? all : [$0] }.filter { seen.insert($0).inserted }
  }

  private func grid() throws -> ComparisonGrid {
    var options = CellOptions()
    options.subject = subject
    options.kernel = kernel?.kernel
    options.gather = try gather.map { name in
      guard let revision = GatherRevision.allCases.first(where: { "\($0.name)" == name }) else {
        let names = GatherRevision.allCases.map { "\($0.name)" }.joined(separator: ", ")
        throw ValidationError("--gather '\(name)': expected \(names)")
      }
      return revision
    }
    options.seed = seed
    options.operations = operations
    options.judged = judged
    options.again = again
    options.reproducers = reproducers
    _ = try LaneChoice(subject)
    var workloads = try words(workload, all: WorkloadKind.allCases.map(\.rawValue))
      .map(LabWorkload.init)
    for setting in set { try apply(setting, to: &workloads) }
    var grid = ComparisonGrid(
      workloads: workloads, policies: try policies(), drivers: try drivers(),
      modes: try words(mode, all: LabMode.all).map(LabMode.init(parsing:)),
      options: options, sweep: try sweep.map(CompareHelp.sweep))
    grid.threads = jobs ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    if grid.count == 0 { throw ValidationError("nothing to compare: an option has no value") }
    return grid
  }

  private func apply(_ setting: String, to workloads: inout [LabWorkload]) throws {
    let words = setting.split(separator: "=", omittingEmptySubsequences: false)
    guard words.count == 2, let value = UInt64(words[1]) else {
      throw ValidationError("--set '\(setting)': expected NAME=VALUE")
    }
    var isSet = false
    for index in workloads.indices {
      if try workloads[index].set(String(words[0]), value) { isSet = true }
    }
    guard isSet else {
      let names = Set(workloads.flatMap { $0.parameters.map(\.name) }).sorted()
      let isOfQueue = ComparisonGrid.queueParameters.contains(String(words[0]))
      throw ValidationError(
        "--set '\(setting)': expected one of \(names.joined(separator: ", "))"
          + (isOfQueue ? "; for a queue --mode fq=ENTRIES/MS" : ""))
    }
  }

  private func policies() throws -> [Policy] {
    try words(policy, all: Policy.allCases.map { "\($0.name)" }).map { name in
      guard let policy = Policy.allCases.first(where: { "\($0.name)" == name }) else {
        let names = Policy.allCases.map { "\($0.name)" }.joined(separator: ", ")
        throw ValidationError("--policy '\(name)': expected \(names) or all")
      }
      return policy
    }
  }

  private func drivers() throws -> [DriverChoice] {
    try words(driver, all: DriverName.allCases.map { DriverChoice($0).name }).map { name in
      do throws(DriverNameError) {
        return try DriverChoice(parsing: name)
      } catch {
        throw ValidationError("--driver '\(name)': expected \(error.expected)")
      }
    }
  }

  private func costs() throws -> CostTable {
    var costs = CostTable()
    if let costTable { try costs.read(path: costTable) }
    for entry in cost { try costs.set(entry) }
    return costs
  }

  // MARK: What is shown

  private func shape() throws -> String {
    let shapes = ["text", "csv", "json", "html", "svg"]
    let ending = output.output.split(separator: ".").last.map(String.init) ?? ""
    let shape = format ?? (shapes.contains(ending) ? ending : "text")
    guard shapes.contains(shape) else {
      throw ValidationError("--format '\(shape)': expected \(shapes.joined(separator: ", "))")
    }
    return shape
  }

  private func text(_ report: GridReport) throws -> String {
    switch try shape() {
    case "csv": return report.csv
    case "json": return try jsonText(GridJSON(report))
    case "html": return report.html
    case "svg":
      guard let svg = report.svg else {
        throw ValidationError("--format svg: expected --sweep beside it")
      }
      return svg
    default: return report.text
    }
  }
}
