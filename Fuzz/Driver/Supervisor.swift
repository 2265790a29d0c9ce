// SPDX-License-Identifier: GPL-2.0-only
import FuzzTarget
import Glibc
import Lockstep

/// Starts jobs, watches them, and ends them when one has found something or a signal comes.
final class Supervisor {
  private let settings: FuzzSettings
  private let jobs: [Job]
  private var status = StatusLine()
  /// The signal that ended the run.
  private var signal: Int32?
  /// When the jobs were told to stop.
  private var stopped: ContinuousClock.Instant?
  /// libFuzzer prints to this terminal.
  private let isRaw: Bool

  /// Signals by which a user or a program ends this one.
  private static let endings = [SIGTERM, SIGINT, SIGHUP]
  /// How long jobs may take to end before they are killed.
  private static let patience = Duration.seconds(2)
  /// When libFuzzer ends by itself, after the input at hand; nil: there is no such time.
  private let deadline: ContinuousClock.Instant?

  /// `count` jobs, whose logs go to the artifacts, or the first one's to this terminal. libFuzzer is
  /// to end after so many seconds, 0: of its own accord.
  init(_ settings: FuzzSettings, count: Int, isRaw: Bool, seconds: Int) throws {
    self.settings = settings
    deadline = seconds > 0 ? ContinuousClock.now + .seconds(seconds) : nil
    self.isRaw = isRaw
    let folder = settings.artifacts ?? "."
    var jobs: [Job] = []
    for number in 1...count {
      let log = isRaw && number == 1 ? nil : try JobLog(path: "\(folder)/fuzz-\(number).log")
      jobs.append(Job(number, log: log))
    }
    self.jobs = jobs
  }

  /// Runs libFuzzer with `arguments` in every job; returns the exit status of the whole.
  func run(_ arguments: (Int) -> [String]) throws -> Int32 {
    let keeper = FindingKeeper(settings)
    // A subject that cannot even be loaded is told before anything starts.
    if let text = try keeper.loadSubjects() {
      printError(text)
      return RunEnd.found
    }
    printLogs()
    let before = block()
    for job in jobs { try job.start(arguments(job.number), before) }
    watch()
    var mask = before
    sigprocmask(SIG_SETMASK, &mask, nil)
    status.clear()
    return try RunEnd(settings, jobs, signal, keeper.narrowing).tell { job in
      try keeper.conclude(job) { self.status.show($0) }
    } clearing: {
      self.status.clear()
    }
  }

  private func printLogs() {
    let paths = jobs.compactMap { $0.log?.path.printable }
    if !paths.isEmpty { printError("libFuzzer's log: \(paths.joined(separator: ", "))\n") }
  }

  /// Lets signals wait until they are asked for; returns what was blocked before.
  private func block() -> sigset_t {
    var (waiting, before) = (Self.signals, sigset_t())
    sigprocmask(SIG_BLOCK, &waiting, &before)
    return before
  }

  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in endings + [SIGCHLD] { sigaddset(&set, number) }
    return set
  }

  /// Until all jobs have ended.
  private func watch() {
    var waiting = Self.signals
    var pause = timespec(tv_sec: 0, tv_nsec: 50_000_000)
    var hasCounters = isRaw
    while jobs.contains(where: { $0.outcome == nil }) {
      let number = sigtimedwait(&waiting, nil, &pause)
      if Self.endings.contains(number) {
        signal = signal ?? number
        stop()
      }
      let isLate = deadline.map { ContinuousClock.now > $0 } ?? false
      for job in jobs { job.look(limit: .seconds(settings.limit), isLate: isLate) }
      if let counters = jobs[0].log?.counters, !hasCounters {
        printError(counters + "\n")
        hasCounters = true
      }
      for warning in jobs[0].log?.takeWarnings() ?? [] { printError("libFuzzer: \(warning)\n") }
      if jobs.contains(where: \.hasFailed) { stop() }
      if let stopped, ContinuousClock.now - stopped > Self.patience {
        for job in jobs { job.kill() }
      } else if stopped == nil, !isRaw {
        status.show(jobs)
      }
    }
    status.clear()
    if let counters = jobs[0].log?.counters, !hasCounters { printError(counters + "\n") }
  }

  private func stop() {
    guard stopped == nil else { return }
    stopped = ContinuousClock.now
    for job in jobs { job.share.stop() }
  }
}

extension Job {
  /// Something was found in it.
  var hasFinding: Bool {
    switch outcome {
    case .found, .lost: true
    case .gaveUp, .done, .stopped, nil: false
    }
  }

  /// It ended, and not by its own rules.
  fileprivate var hasFailed: Bool {
    if case .gaveUp = outcome { true } else { hasFinding }
  }
}
