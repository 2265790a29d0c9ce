// SPDX-License-Identifier: GPL-2.0-only
import FuzzTarget
import Glibc
import Lockstep
import Report
import ScenarioLanguage

/// Makes of what ended a job a finding: shrinks it in processes of their own, saves it, unless one
/// of its kind was saved before, and reports it.
final class FindingKeeper {
  private let settings: FuzzSettings
  /// What inputs are fitted with; known when the subjects were loaded.
  private(set) var narrowing = Narrowing([Narrowing.Party]())
  /// What was saved or told in this run, by path: several jobs find one thing.
  private var told: Set<String> = []

  init(_ settings: FuzzSettings) { self.settings = settings }

  private var folder: String { settings.artifacts ?? "." }
  private var hasSubjects: Bool { settings.target == FuzzTargetKind.subjects.rawValue }

  private func judge() throws -> IsolatedJudge {
    IsolatedJudge(try settings.plan(), limit: .seconds(settings.limit))
  }

  /// nil when the subjects can be loaded, else the report of what one did to the process that tried.
  func loadSubjects() throws -> String? {
    guard hasSubjects else { return nil }
    let judge = try judge()
    var report: String?
    judge.onFinding = { report = Self.text($0) }
    guard try judge.load(file: "") else { return report ?? "" }
    narrowing = Narrowing(judge)
    return nil
  }

  /// The report on what ended a job; its last line says how to see it again. Empty when that was
  /// said of another job. `tell` shows what is being done.
  func conclude(_ job: Job, tell: (String) -> Void) throws -> String {
    guard hasSubjects else { return try concludeReader(job) }
    let judge = try judge()
    _ = try judge.load(file: "")
    guard let scenario = try scenario(job.share.input, judge) else {
      return try keepUnrepeated(job.share.report, job, job.share.input)
    }
    var seen: Finding?
    if case .lost(let end) = job.outcome {
      seen = judge.finding(of: end, in: scenario, at: job.share.position)
      // What hangs does so for any length of time.
      if end == .overLimit {
        judge.limits = limits(min(settings.limit, max(1, settings.limit / 5)))
      }
    }
    if let seen, let known = known(seen, judge) { return known }
    guard let first = try judge.judge(scenario) else {
      let report = seen.map(Self.text) ?? job.share.report
      return try keepUnrepeated(report, job, encode(scenario))
    }
    if first.signature != seen?.signature, let known = known(first, judge) { return known }
    _ = try FailureFiles.saveInput(encode(scenario), in: folder)
    return try keep(scenario, first, judge, tell)
      ?? keepUnrepeated(Self.text(first), job, encode(scenario))
  }

  private func limits(_ call: Double) -> ChildProcess.Limits {
    ChildProcess.Limits(call: .seconds(call))
  }

  /// nil when the scenario does not show it again, alone in a process.
  private func keep(
    _ scenario: Scenario, _ first: Finding, _ judge: IsolatedJudge, _ tell: (String) -> Void
  ) throws -> String? {
    let files = files(first, judge)
    for kept in [try shrink(scenario, judge, tell), scenario] {
      judge.restart()
      guard var finding = try judge.judge(kept, file: files.textPath),
        finding.signature == first.signature
      else { continue }
      if case .process(var fatality) = finding.evidence, case .limit = fatality.end {
        let allowed = limits(settings.limit).allowed(isOutside: fatality.isOutside)
        fatality.end = .limit(allowed / .seconds(1))
        finding.evidence = .process(fatality)
      }
      try files.save(kept, report: finding.report)
      return Self.text(finding)
    }
    return nil
  }

  private func shrink(
    _ scenario: Scenario, _ judge: IsolatedJudge, _ tell: (String) -> Void
  ) throws -> Scenario {
    let seconds = settings.shrinkSeconds
    guard seconds > 0 else { return scenario }
    tell("shrinking, for at most \(seconds) s")
    let minimizer = Minimizer(judge)
    minimizer.keepsHead = settings.domain != nil
    let result = minimizer.minimize(scenario, seconds: Double(seconds))
    if let failure = minimizer.failure { throw failure }
    return result?.scenario ?? scenario
  }

  /// The scenario that the target made of an input.
  private func scenario(_ input: [UInt8], _ judge: IsolatedJudge) throws -> Scenario? {
    let fit = Narrowing(judge)
    var narrowing: Narrowing? = fit.isIdle ? nil : fit
    var lowered = LoweredScenario()
    let head = try settings.head()
    let isKept = input.withUnsafeBufferPointer {
      decodeLowered($0, head: head, narrowing: &narrowing, into: &lowered)
    }
    return isKept ? Scenario(lowered) : nil
  }

  private func files(_ finding: Finding, _ judge: IsolatedJudge) -> FailureFiles {
    FailureFiles(folder: folder, signature: finding.signature, sides: judge.labels)
  }

  private static func text(_ finding: Finding) -> String {
    "==== finding: \(finding.signature)\n\(finding.report)"
  }

  /// What to say when a finding of this kind was saved before.
  private func known(_ finding: Finding, _ judge: IsolatedJudge) -> String? {
    let files = files(finding, judge)
    guard told.insert(files.textPath).inserted else { return "" }
    guard files.exist else { return nil }
    let last = files.savedReport?.split(separator: "\n").last ?? ""
    return "==== finding: \(finding.signature), as in \(files.textPath.printable): nothing saved\n"
      + "\(last)\n"
  }

  private func keepUnrepeated(_ report: String, _ job: Job, _ input: [UInt8]) throws -> String {
    let path = try FailureFiles.saveInput(input, in: folder)
    let before = job.share.said.counts.executions
    return report
      + "  the input alone does not show it again: \(before) inputs ran before it in its process"
      + (job.log.map { " (\($0.path.printable))" } ?? "") + "\n"
      + "  the input: iopt show \(path.printable)\n"
  }

  /// What a reader of ours did with an input.
  private func concludeReader(_ job: Job) throws -> String {
    let path = try FailureFiles.saveInput(job.share.input, in: folder)
    var report = job.share.report
    if case .lost(let end) = job.outcome {
      report = "\(words(end))\n\(job.log?.tail(8) ?? "")"
    }
    return "==== finding: \(settings.target): \(report.trimmed)\n"
      + "  reproduce: iopt-fuzz --target \(settings.target) -- \(path.printable)\n"
  }

  private func words(_ end: ChildProcess.End) -> String {
    switch end {
    case .signalled(let signal): "ended by signal \(signal)"
    case .overLimit: "no end within \(max(25, settings.limit)) s"
    case .exited(let status): "left with status \(status)"
    case .done: "ended"
    }
  }
}

extension String {
  /// Without line ends around it.
  fileprivate var trimmed: Substring {
    var text = self[...]
    while text.first?.isNewline == true { text.removeFirst() }
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }
}
