// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Glibc

/// A process that runs the tests of one suite.
final class TestJob {
  let batch: TestBundle.Batch
  let log: String
  private let pid: pid_t
  private let events: FileHandle
  private let eventsPath: String
  private var rest = Data()
  /// Whether it told that its tests are done.
  var isWhole = false
  /// Seconds that processors worked for it and for what it started, known when it has ended.
  private(set) var work = 0.0

  /// Starts it. It stays in this process' group, so that Control-C reaches it too.
  init(_ bundle: TestBundle, _ batch: TestBundle.Batch, files: String) throws {
    self.batch = batch
    log = "\(files).log"
    eventsPath = "\(files).events"
    // As the job begins, it is there and empty, whoever was first.
    guard FileManager.default.createFile(atPath: eventsPath, contents: nil),
      let events = FileHandle(forReadingAtPath: eventsPath)
    else { throw TestReportFailure("\(eventsPath): cannot write") }
    self.events = events
    pid = try Self.start(bundle.command(batch, events: eventsPath), log: log)
    RunningJobs.add(pid)
  }

  private static func start(_ arguments: [String], log: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var pid: pid_t = 0
    guard posix_spawn(&pid, arguments[0], &actions, nil, &strings, environ) == 0 else {
      throw TestReportFailure("\(arguments[0]): cannot run")
    }
    return pid
  }

  /// What a shell calls its status; nil while it runs. What it told before is there then.
  func poll() -> Int32? {
    var raw: Int32 = 0
    var usage = rusage()
    guard wait4(pid, &raw, WNOHANG, &usage) == pid else { return nil }
    RunningJobs.remove(pid)
    work = [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
    let signal = raw & 0x7f
    return signal == 0 ? raw >> 8 & 0xff : 128 + signal
  }

  /// The whole lines that it told since the last time.
  func newEvents() throws -> [Data] {
    rest += try events.readToEnd() ?? Data()
    var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    rest = Data(lines.removeLast())
    return lines.filter { !$0.isEmpty }.map { Data($0) }
  }

  /// Takes its files away; returns what it wrote.
  func finish() -> String {
    let text = (try? Data(contentsOf: URL(fileURLWithPath: log))) ?? Data()
    unlink(log)
    unlink(eventsPath)
    return String(decoding: text, as: UTF8.self)
  }
}

/// Processes that go when this one is told to.
enum RunningJobs {
  private static let most = 256
  /// A handler of signals can hold nothing and may not allocate.
  private nonisolated(unsafe) static let pids: UnsafeMutablePointer<pid_t> = {
    let pids = UnsafeMutablePointer<pid_t>.allocate(capacity: most)
    pids.initialize(repeating: 0, count: most)
    for signal in [SIGTERM, SIGHUP] {
      Glibc.signal(signal) { number in
        for index in 0..<RunningJobs.most where RunningJobs.pids[index] != 0 {
          kill(RunningJobs.pids[index], SIGKILL)
        }
        _exit(128 + number)
      }
    }
    return pids
  }()

  static func add(_ pid: pid_t) { replace(0, with: pid) }

  static func remove(_ pid: pid_t) { replace(pid, with: 0) }

  private static func replace(_ old: pid_t, with new: pid_t) {
    if let index = (0..<most).first(where: { pids[$0] == old }) { pids[index] = new }
  }
}
