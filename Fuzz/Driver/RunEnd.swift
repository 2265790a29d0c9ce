// SPDX-License-Identifier: GPL-2.0-only
import FuzzTarget
import Glibc
import Lockstep
import Report
import ScenarioLanguage

/// What is said when all jobs have ended.
struct RunEnd {
  /// The status of a run that found something; libFuzzer's own for a crash.
  static let found: Int32 = 77
  /// libFuzzer's for an interruption.
  private static let interrupted: Int32 = 72
  /// libFuzzer's where memory is used up.
  private static let outOfMemory: Int32 = 71
  /// Reasons that are told, of each kind.
  private static let reasonLimit = 5

  private let settings: FuzzSettings
  private let jobs: [Job]
  private let signal: Int32?
  private let narrowing: Narrowing
  private let counts: RunCounts

  /// `signal`: what ended the run; `narrowing`: what inputs were fitted with.
  init(_ settings: FuzzSettings, _ jobs: [Job], _ signal: Int32?, _ narrowing: Narrowing) {
    self.settings = settings
    self.jobs = jobs
    self.signal = signal
    self.narrowing = narrowing
    counts = RunCounts(jobs)
  }

  /// Says what was run, then what was found, by `conclude`, or that nothing was; returns the status.
  func tell(
    _ conclude: (Job) throws -> String, clearing: () -> Void
  ) throws -> Int32 {
    if hasSubjects {
      printError(
        "iopt-fuzz: \(counts.scenarios) scenarios, \(counts.operations) operations,"
          + " \(counts.refused) refused\n")
    }
    var reached = ReachedEdges()
    for job in jobs { reached.add(job.share.reached) }
    for line in reached.lines(settings.names) { printError(line + "\n") }
    let failed = jobs.filter(\.hasFinding)
    for job in failed {
      let text = try conclude(job)
      clearing()
      printError(text)
    }
    if !failed.isEmpty { return Self.found }
    for job in jobs {
      guard case .gaveUp(let status) = job.outcome else { continue }
      let tail = job.log.map { "\($0.tail(6))\n" } ?? ""
      printError(
        "\(tail)iopt-fuzz: job \(job.number) \(Self.words(status))"
          + (job.log.map { "; its log: \($0.path.printable)" } ?? "") + "\n")
      return status
    }
    return tellNothing()
  }

  /// How a job ended that found nothing and did not come to its end.
  private static func words(_ status: Int32) -> String {
    switch status {
    case outOfMemory:
      "used more memory than libFuzzer allows (status \(status); -- -rss_limit_mb= allows more)"
    case 129...: "was ended by signal \(status - 128)"
    default: "gave up with status \(status)"
    }
  }

  private var hasSubjects: Bool { settings.target == FuzzTargetKind.subjects.rawValue }

  private func tellNothing() -> Int32 {
    guard hasSubjects else {
      printError("nothing found in \(counts.executions) inputs of the target \(settings.target)\n")
      return status
    }
    let (tally, leftOut) = tellReasons()
    if settings.keepsGoing, let findings = tally?.findings, findings > 0 {
      let folder = (settings.artifacts ?? ".").printable
      printError(
        "iopt-fuzz: something is wrong in \(findings) of \(counts.scenarios) scenarios; an input of"
          + " each kind is in \(folder): iopt show \(folder)/crash-…\n")
      return Self.found
    }
    let refused = tally?.refused ?? Int(counts.refused)
    // Where all inputs with operations were refused, that domains were opened says nothing.
    let isIdle = refused + leftOut > 0 && !jobs.contains { $0.share.tally?.wasAsked ?? true }
    guard counts.scenarios > 0, !isIdle, tally.map({ $0.verdict == .agrees }) ?? true else {
      let all = max(tally?.scenarios ?? 0, Int(counts.refused) - leftOut)
      printError(
        "iopt-fuzz: \(all) scenarios, \(refused) refused,"
          + " \(leftOut) left out: nothing was judged\n")
      return RunVerdict.nothingJudged.rawValue
    }
    printError("\(sentence)\n")
    return status
  }

  private var sentence: String {
    let run =
      "in \(counts.scenarios) scenarios of \(counts.operations) operations,"
      + " \(counts.refused) refused"
    let sides = settings.subject.map { [$0] } ?? [settings.left, settings.right]
    let names = sides.map(\.printable).joined(separator: " and ")
    let compares = (try? settings.choice().needsTwoSubjects) ?? false
    return "\(compares ? "no difference between" : "nothing wrong with") \(names) \(run)"
  }

  private var status: Int32 {
    switch signal {
    case nil, SIGINT: 0
    default: Self.interrupted
    }
  }

  /// Why scenarios were refused and what was left out of inputs, summed over the jobs that told it;
  /// nil when none did.
  private func tellReasons() -> (RunTally?, leftOut: Int) {
    let told = jobs.compactMap(\.share.tally)
    var tally = RunTally()
    var narrowing = narrowing
    var all = JobTally()
    for job in told {
      tally.add(job.tally)
      narrowing.add(job.narrowed)
      all.oversized += job.oversized
    }
    printSome(tally.refusalLines)
    printSome(narrowing.lines("input").map { "  \($0)" })
    if let line = all.oversizedLine { printError("  \(line)\n") }
    if tally.verdict == .nothingJudged { printSome(tally.unopenedLines) }
    return (told.isEmpty ? nil : tally, narrowing.leftOut + all.oversized)
  }

  private func printSome(_ lines: [String]) {
    for line in lines.prefix(Self.reasonLimit) { printError(line + "\n") }
    let rest = lines.count - Self.reasonLimit
    if rest > 0 { printError("  and \(rest) more reasons\n") }
  }
}
