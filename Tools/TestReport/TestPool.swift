// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// Runs suites, each in a process of its own, some at a time.
struct TestPool {
  let bundle: TestBundle
  let jobs: Int
  /// Suites that are known to be slow where no run before has told the times.
  let first: Regex<AnyRegexOutput>?
  /// Where everything that tests say goes; files beside it are made and taken away.
  let log: String
  /// All tests are run that there are.
  let isWhole: Bool
  /// Called when a test has ended, and now and then.
  let onEnd: (TestRun.Test) -> Void
  let onProgress: (TestRun) -> Void

  func run(_ batches: [TestBundle.Batch]) throws -> TestRun {
    let start = ContinuousClock.now
    var run = TestRun(batches.flatMap(\.tests), root: FileManager.default.currentDirectoryPath)
    let log = try open()
    sweep()
    var waiting = slowestFirst(batches)[...]
    var active: [TestJob] = []
    var number = 0
    while !waiting.isEmpty || !active.isEmpty {
      while active.count < jobs, let batch = waiting.popFirst() {
        number += 1
        active.append(try TestJob(bundle, batch, files: "\(self.log).\(getpid()).\(number)"))
      }
      for job in active {
        let status = job.poll()
        for event in try job.newEvents() {
          switch try run.add(event) {
          case .testEnded(let test): onEnd(test)
          case .processEnded: job.isWhole = true
          case nil: break
          }
        }
        guard let status else { continue }
        active.removeAll { $0 === job }
        let text = job.finish()
        let work = "\((job.work * 10).rounded() / 10) s of processor time"
        log.write(Data("== \(job.batch.suite), status \(status), \(work)\n\(text)".utf8))
        run.end(job.batch, isWhole: job.isWhole, status: status, said: text)
      }
      run.seconds = (ContinuousClock.now - start) / .seconds(1)
      onProgress(run)
      if !active.isEmpty { usleep(50_000) }
    }
    try remember(run)
    return run
  }

  private func open() throws -> FileHandle {
    guard FileManager.default.createFile(atPath: log, contents: nil),
      let file = FileHandle(forWritingAtPath: log)
    else { throw TestReportFailure("\(log): cannot write") }
    return file
  }

  /// Removes what runs left that were killed: `LOG.PID.NUMBER.…` of processes that are no more. One
  /// in another container looks like these: two of them should not share a log.
  private func sweep() {
    let files = FileManager.default
    let (folder, name) = (
      (log as NSString).deletingLastPathComponent, (log as NSString).lastPathComponent
    )
    for left in (try? files.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    where left.hasPrefix("\(name).") {
      let parts = left.dropFirst(name.count + 1).split(separator: ".")
      guard parts.count == 3, let process = Int32(parts[0]), Int(parts[1]) != nil,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      try? files.removeItem(atPath: folder.isEmpty ? left : "\(folder)/\(left)")
    }
  }

  // MARK: Times

  private var times: String { "\(log).times" }

  /// What suites took the last time, in seconds.
  private func knownTimes() -> [String: Double] {
    let text = (try? String(contentsOfFile: times, encoding: .utf8)) ?? ""
    return Dictionary(
      text.split(separator: "\n").compactMap { line -> (String, Double)? in
        let words = line.split(separator: " ")
        guard words.count == 2, let seconds = Double(words[1]) else { return nil }
        return (String(words[0]), seconds)
      }, uniquingKeysWith: max)
  }

  /// What took longest the last time comes first, so that nothing long is left for the end; what is
  /// new comes before all, and of that what `first` says.
  private func slowestFirst(_ batches: [TestBundle.Batch]) -> [TestBundle.Batch] {
    let known = knownTimes()
    let isFirst = Dictionary(
      uniqueKeysWithValues: batches.map { batch in
        (batch.suite, first.map { batch.suite.contains($0) } ?? false)
      })
    func seconds(_ suite: String) -> Double {
      known[suite] ?? (isFirst[suite]! ? .infinity : .greatestFiniteMagnitude)
    }
    return batches.sorted { seconds($0.suite) > seconds($1.suite) }
  }

  /// Unless all were run, what is known of other suites stays, and half of it where less was needed,
  /// for perhaps not all of a suite's tests were run.
  private func remember(_ run: TestRun) throws {
    let told = Dictionary(grouping: run.tests, by: \.batch).mapValues { tests in
      tests.reduce(0) { $0 + $1.seconds }
    }
    let before = isWhole ? [:] : knownTimes()
    let lines = before.merging(told) { max($1, $0 / 2) }.map { "\($0) \($1)\n" }
    try Data(lines.sorted().joined().utf8).write(to: URL(fileURLWithPath: times))
  }
}
