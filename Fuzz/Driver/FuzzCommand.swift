// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import CVersion
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
      What is found, and what ends a subject's process or does not return, is shrunk, saved (input, \
      text and report) and ends the run. The last line says that nothing was found, or how to see \
      what was. Exit status: 0 nothing was found, also when it was interrupted (SIGINT), 2 bad \
      usage, 3 nothing at all was judged, 72 ended by SIGTERM or SIGHUP, 77 something was found.

      Example: iopt-fuzz --seconds 60 --left reference,gather=original --right reference
      """,
    version: "iopt-fuzz \(String(cString: lockstep_version()))")

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

  @Option(
    help: ArgumentHelp(
      "Where failures go, and libFuzzer's logs (fuzz-N.log).", valueName: "dir"))
  var artifacts = "artifacts"

  @Option(help: ArgumentHelp("What is fuzzed: \(FuzzTargetKind.names).", valueName: "target"))
  var target = FuzzTargetKind.subjects.rawValue

  @Option(help: ArgumentHelp("The left side.", valueName: "subject[,gather=R]"))
  var left = "swift"

  @Option(help: ArgumentHelp("The right side.", valueName: "subject[,gather=R]"))
  var right = "reference"

  @Option(
    help: ArgumentHelp(
      "Judge this subject alone, by contract, leak and hardware unless --oracle says otherwise.",
      valueName: "subject[,gather=R]"))
  var subject: String?

  @Option(
    help: ArgumentHelp(
      "Who judges, a list of comparison, contract, leak, hardware.", valueName: "names"))
  var oracle: String?

  @Option(
    help: ArgumentHelp(
      "The driver that hardware puts behind every page table, such as riscv-nl-s or vtd+mamv=9+ats; may be"
        + " repeated, and `all` is each whose hardware can have the table, without +ats and +mamv=; the"
        + " format's natural one where nobody says.", valueName: "driver"))
  var driver: [String] = []

  @Flag(
    help: "Make a buffer that a flush queue keeps within reach of its device a failure of hardware."
  )
  var strict = false

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

  @Option(
    help: ArgumentHelp(
      "How long a subject may take for one operation.", valueName: "seconds"))
  var limit = Fatality.usualLimit

  @Flag(
    help: "Save an input of each kind of finding, unshrunk, and go on while the process lives."
  )
  var keepGoing = false

  @Flag(help: "Leave mutation to libFuzzer alone.")
  var byteMutationOnly = false

  @Argument(
    parsing: .postTerminator,
    help: "libFuzzer's own flags, after --; -verbosity=1 shows its log here.")
  var libFuzzer: [String] = []

  func validate() throws {
    // libFuzzer keeps seconds in 32 bits.
    try check(seconds, "--seconds", in: 0...Int(Int32.max))
    try check(jobs, "--jobs", in: 1...1024)
    try check(shrinkSeconds, "--shrink-seconds", in: 0...Int(Int32.max))
    guard limit > 0, limit <= 1_000_000 else {
      throw ValidationError("--limit takes a number of seconds above 0, at most 1000000")
    }
    for folder in seeds where !isFolder(folder) {
      throw ValidationError("--seeds '\(folder)': no such directory")
    }
    guard FuzzTargetKind(rawValue: target) != nil else {
      throw ValidationError("--target '\(target)': expected \(FuzzTargetKind.names)")
    }
    guard dma == nil || domain != nil else {
      throw ValidationError("--dma needs a --domain")
    }
    do {
      _ = try settings.head()
      _ = try settings.choice()
      _ = try settings.requests()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  private var settings: FuzzSettings {
    var settings = FuzzSettings()
    (settings.left, settings.right) = (left, right)
    (settings.subject, settings.oracle) = (subject, oracle)
    (settings.only, settings.except) = (only, except)
    (settings.drivers, settings.isStrict) = (driver, strict)
    (settings.domain, settings.dma) = (domain, dma)
    settings.artifacts = artifacts
    settings.target = target
    settings.mutatesBytesOnly = byteMutationOnly
    settings.shrinkSeconds = shrinkSeconds
    settings.keepsGoing = keepGoing
    settings.limit = limit
    return settings
  }

  func run() throws {
    for folder in [newInputs, artifacts].compactMap({ $0 }) { try makeFolder(folder) }
    try sweepFolders()
    settings.export()
    if FuzzTargetKind(rawValue: target)?.isBlind == true {
      printError("this build counts no branch of readers: 'make fuzz-parsers' makes one\n")
    }
    let folders = [newInputs].compactMap { $0 } + seeds
    let program = [CommandLine.arguments[0]]
    if isLibFuzzersOwn(libFuzzer) {
      runLibFuzzer(program + usualFlags + ["-timeout=25"] + libFuzzer + folders)
    }
    let supervisor = try Supervisor(settings, count: jobs, isRaw: isRaw, seconds: seconds)
    let status = try supervisor.run { job in
      program + usualFlags + Self.jobFlags + libFuzzer + seed(of: job) + folders
    }
    // What else would be done at exit, a job has done.
    _exit(status)
  }

  /// A user asked for libFuzzer's log.
  private var isRaw: Bool {
    let levels = libFuzzer.filter { $0.hasPrefix("-verbosity=") }
    return levels.last.map { $0 != "-verbosity=0" } ?? false
  }

  /// Jobs do not start alike: what was asked for is the first one's seed.
  private func seed(of job: Int) -> [String] {
    guard jobs > 1 else { return [] }
    let flag = "-seed="
    let asked = libFuzzer.last { $0.hasPrefix(flag) }.flatMap { UInt32($0.dropFirst(flag.count)) }
    let first = asked ?? UInt32(truncatingIfNeeded: getpid()) &* 31 &+ 1
    return ["\(flag)\(first &+ UInt32(job) &- 1)"]
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

  /// A reduction removes the larger input before the smaller one is written: a kill between the two
  /// loses both, and the larger one may be of an earlier run, found once more.
  private var usualFlags: [String] {
    [
      "-max_total_time=\(seconds)", "-artifact_prefix=\(artifacts)/", "-print_final_stats=1",
      "-rss_limit_mb=2048", "-max_len=1024", "-reload=1", "-entropic=0",
      "-reduce_inputs=0", "-print_funcs=0",
    ]
  }

  /// Who watches a job learns from its death what happened, and ends it when it hangs: libFuzzer's
  /// own handlers take memory, and hang where a subject has broken that.
  private static let jobFlags =
    ["segv", "bus", "abrt", "ill", "fpe", "int", "term", "xfsz", "usr1", "usr2"]
    .map { "-handle_\($0)=0" } + ["-timeout=0"]

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
