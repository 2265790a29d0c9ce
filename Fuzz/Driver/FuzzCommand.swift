// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import FuzzTarget
import Glibc
import Lockstep
import ScenarioLanguage

/// The command line of the fuzzer: our flags in front, libFuzzer's own after `--`.
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "iopt-fuzz",
    abstract: "Fuzz two subjects against each other, or one alone, with libFuzzer.",
    discussion: """
      What is found is shrunk, saved (input, text and report) and ends the run. Exit status: 0 \
      nothing was found, 2 bad usage, 3 nothing at all was judged, 77 something was found.

      Example: iopt-fuzz --seconds 60 --left reference,gather=original --right reference
      """)

  @Option(
    parsing: .unconditional, help: "Stop after this many seconds; 0 runs until interrupted.")
  var seconds = 0

  @Option(
    parsing: .unconditional, help: "Processes that fuzz at the same time and share the corpus.")
  var jobs = 1

  @Option(
    help: ArgumentHelp(
      "Inputs are read from here and new ones written here. Default: nowhere, or with seeds a"
        + " folder below the artifacts.",
      valueName: "dir"))
  var corpus: String?

  @Option(
    name: .customLong("seeds"),
    help: ArgumentHelp(
      "Inputs are read from here too; may be repeated.", valueName: "dir"))
  var seeds: [String] = []

  @Option(help: ArgumentHelp("Where failures and logs go.", valueName: "dir"))
  var artifacts = "artifacts"

  @Option(help: ArgumentHelp("What is fuzzed: \(FuzzTargetKind.names).", valueName: "target"))
  var target = FuzzTargetKind.subjects.rawValue

  @Option(help: ArgumentHelp("The left side.", valueName: "subject[,gather=R]"))
  var left = "swift"

  @Option(help: ArgumentHelp("The right side.", valueName: "subject[,gather=R]"))
  var right = "reference"

  @Option(
    help: ArgumentHelp(
      "Judge this subject alone, by contract and leak unless --oracle says otherwise.",
      valueName: "subject[,gather=R]"))
  var subject: String?

  @Option(
    help: ArgumentHelp("Who judges, a list of comparison, contract, leak.", valueName: "names"))
  var oracle: String?

  @Option(help: ArgumentHelp("Judge only these properties, a list.", valueName: "properties"))
  var only: String?

  @Option(help: ArgumentHelp("Judge all properties but these.", valueName: "properties"))
  var except: String?

  @Option(
    help: ArgumentHelp(
      "Every input gets this domain line, for example 'format=riscv_64 va=39 oa=56 features=none'.",
      valueName: "line"))
  var domain: String?

  @Option(help: ArgumentHelp("And this dma line; without it none.", valueName: "line"))
  var dma: String?

  @Option(
    name: .customLong("shrink-seconds"), parsing: .unconditional,
    help: ArgumentHelp(
      "Shrink a divergence for at most so long; 0: leave it as found.", valueName: "seconds"))
  var shrinkSeconds = 5

  @Flag(help: "Leave mutation to libFuzzer alone.")
  var byteMutationOnly = false

  @Argument(parsing: .postTerminator, help: "libFuzzer's own flags, after --.")
  var libFuzzer: [String] = []

  func validate() throws {
    // libFuzzer keeps seconds in 32 bits.
    try check(seconds, "--seconds", in: 0...Int(Int32.max))
    try check(jobs, "--jobs", in: 1...1024)
    try check(shrinkSeconds, "--shrink-seconds", in: 0...Int(Int32.max))
    for folder in seeds where !isFolder(folder) {
      throw ValidationError("--seeds '\(folder)': no such directory")
    }
    guard FuzzTargetKind(rawValue: target) != nil else {
      throw ValidationError("--target '\(target)': expected \(FuzzTargetKind.names)")
    }
    guard dma == nil || domain != nil else {
      throw ValidationError("--dma needs a --domain")
    }
    _ = try settings.head()
    _ = try settings.choice()
    _ = try settings.lanes()
  }

  private var settings: FuzzSettings {
    var settings = FuzzSettings()
    (settings.left, settings.right) = (left, right)
    (settings.subject, settings.oracle) = (subject, oracle)
    (settings.only, settings.except) = (only, except)
    (settings.domain, settings.dma) = (domain, dma)
    settings.artifacts = artifacts
    settings.target = target
    settings.mutatesBytesOnly = byteMutationOnly
    settings.shrinkSeconds = shrinkSeconds
    return settings
  }

  func run() throws {
    for folder in [newInputs, artifacts].compactMap({ $0 }) { try makeFolder(folder) }
    try sweepFolders()
    settings.export()
    let arguments = [CommandLine.arguments[0]] + libFuzzerArguments
    if jobs == 1 {
      runLibFuzzer(arguments)
    } else {
      try runJobs(arguments, count: jobs, logs: artifacts)
    }
  }

  /// libFuzzer writes to the first folder that it is given, which must not be one of the seeds'.
  private var newInputs: String? { corpus ?? (seeds.isEmpty ? nil : "\(artifacts)/corpus") }

  /// Puts in order what runs left that were killed.
  private func sweepFolders() throws {
    TemporaryFile.removeAbandoned(in: artifacts, startingWith: "divergence-")
    guard let newInputs else { return }
    let swept = try CorpusFolder(newInputs).sweep()
    if !swept.isEmpty { printError("\(newInputs.printable)\(swept.text)\n") }
  }

  private func check(_ value: Int, _ option: String, in range: ClosedRange<Int>) throws {
    if !range.contains(value) {
      throw ValidationError("\(option) takes \(range.lowerBound) to \(range.upperBound)")
    }
  }

  private var libFuzzerArguments: [String] {
    var arguments = [
      "-max_total_time=\(seconds)", "-artifact_prefix=\(artifacts)/", "-print_final_stats=1",
      "-timeout=25", "-rss_limit_mb=2048", "-max_len=1024", "-reload=1", "-entropic=0",
    ]
    arguments += libFuzzer
    arguments += [newInputs].compactMap { $0 } + seeds
    return arguments
  }

  private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private func makeFolder(_ path: String) throws {
    if isFolder(path) { return }
    var partial = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      partial += partial.isEmpty && part.isEmpty ? "/" : "\(part)/"
      if isFolder(partial) { continue }
      if mkdir(partial, 0o777) == 0 { continue }
      let reason = errno == EEXIST ? "Not a directory" : String(cString: strerror(errno))
      // Somebody else may have made it in the meantime.
      if !isFolder(partial) { throw ValidationError("'\(path)': cannot create: \(reason)") }
    }
  }
}
