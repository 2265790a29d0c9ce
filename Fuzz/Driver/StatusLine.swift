// SPDX-License-Identifier: GPL-2.0-only
import FuzzTarget
import Glibc

/// What a run has come to so far: one line that is written over again and again on a terminal, and a
/// line now and then elsewhere.
struct StatusLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var executions: UInt64 = 0
  private var isShown = false

  /// Shows how far `jobs` have come, when it is time.
  mutating func show(_ jobs: [Job]) {
    let now = ContinuousClock.now
    let passed = now - shown
    guard passed >= .seconds(isTerminal ? 2 : 10) else { return }
    let text = text(jobs, now - start, passed)
    shown = now
    isShown = true
    printError(isTerminal ? "\r\u{1b}[K" + text.prefix(width - 1) : text + "\n")
  }

  /// Shows something else in its place.
  mutating func show(_ text: String) {
    printError(isTerminal ? "\r\u{1b}[K" + text.prefix(width - 1) : text + "\n")
    isShown = true
  }

  /// Clears the line, so that what follows starts at the margin.
  mutating func clear() {
    if isTerminal, isShown { printError("\r\u{1b}[K") }
    isShown = false
  }

  private mutating func text(_ jobs: [Job], _ whole: Duration, _ passed: Duration) -> String {
    let counts = RunCounts(jobs)
    let rate = Double(counts.executions &- executions) / (passed / .seconds(1))
    executions = counts.executions
    let all = max(1, counts.executions)
    let coverage = jobs.compactMap { $0.log?.coverage }.max() ?? 0
    let inputs = jobs.compactMap { $0.log?.inputs }.max() ?? 0
    return "\(Int(whole / .seconds(1))) s: \(counts.executions) runs, \(Int(rate))/s,"
      + " \(coverage) counters hit, \(inputs) inputs,"
      + " \(counts.relaxed * 100 / all)% relaxed, \(counts.refused) refused"
  }

  private var width: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
      ? Int(size.ws_col) : 80
  }
}

/// What all jobs ran.
struct RunCounts {
  private(set) var executions: UInt64 = 0
  private(set) var scenarios: UInt64 = 0
  private(set) var operations: UInt64 = 0
  private(set) var refused: UInt64 = 0
  private(set) var relaxed: UInt64 = 0

  init(_ jobs: [Job]) {
    for counts in jobs.map(\.share.said.counts) {
      executions &+= counts.executions
      scenarios &+= counts.scenarios
      operations &+= counts.operations
      refused &+= counts.refused
      relaxed &+= counts.relaxed
    }
  }
}
