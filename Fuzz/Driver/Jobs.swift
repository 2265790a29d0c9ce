// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import CFuzzer
import FuzzTarget
import Glibc

/// Runs `count` copies of this program at once on one corpus. The first writes to this terminal,
/// the others to `job-N.log` in `logs`. Ends with the status of the first that fails, after
/// stopping the others; failing that, when all are done. What would end this program ends the jobs:
/// they get the same signal.
func runJobs(_ arguments: [String], count: Int, logs: String) throws {
  // Signals wait until they are asked for, so that none is missed between two looks at the jobs.
  var waiting = signals([SIGCHLD] + endings)
  var before = sigset_t()
  sigprocmask(SIG_BLOCK, &waiting, &before)
  setenv(parentVariable, "\(getpid())", 1)
  var children: [pid_t: Int] = [:]
  for job in 0..<count {
    let log = job == 0 ? nil : "\(logs)/job-\(job).log"
    let seed = "-seed=\(getpid() &* 31 &+ Int32(job) + 1)"
    children[try spawn(arguments + [seed], log: log, blocking: before)] = job
  }
  var failed: (job: Int, status: Int32)?
  while !children.isEmpty {
    var signal: Int32 = 0
    sigwait(&waiting, &signal)
    if endings.contains(signal) { for child in children.keys { kill(child, signal) } }
    while let (job, status) = reap(&children) {
      guard status != 0, failed == nil else { continue }
      failed = (job, status)
      for other in children.keys { kill(other, SIGTERM) }
    }
  }
  guard let failed else { return }
  if failed.job > 0 { printError(tail(of: "\(logs)/job-\(failed.job).log")) }
  exit(failed.status)
}

/// Who started a job, in its environment.
private let parentVariable = "IOPT_FUZZ_JOB_OF"

/// Lets a job end with the program that started it, even when that was killed; does nothing in
/// others.
func endWithParent() {
  guard let value = getenv(parentVariable), let parent = pid_t(String(cString: value)) else {
    return
  }
  // What libFuzzer starts has another parent.
  unsetenv(parentVariable)
  iopt_fuzz_end_with_parent()
  if getppid() != parent { exit(128 + SIGTERM) }
}

/// Signals by which a user or a supervisor ends a program.
private let endings = [SIGTERM, SIGINT, SIGHUP]

private func signals(_ numbers: [Int32]) -> sigset_t {
  var set = sigset_t()
  sigemptyset(&set)
  for number in numbers { sigaddset(&set, number) }
  return set
}

/// A job that has ended, and its status; nil when there is none now.
private func reap(_ children: inout [pid_t: Int]) -> (job: Int, status: Int32)? {
  var raw: Int32 = 0
  while true {
    let child = waitpid(-1, &raw, WNOHANG)
    if child <= 0 { return nil }
    if let job = children.removeValue(forKey: child) { return (job, exitStatus(raw)) }
  }
}

private func spawn(
  _ arguments: [String], log: String?, blocking blocked: sigset_t
) throws -> pid_t {
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var blocked = blocked
  posix_spawnattr_setsigmask(&attributes, &blocked)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  if let log {
    posix_spawn_file_actions_addopen(
      &actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
  }
  var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
  defer { for string in strings { free(string) } }
  var child: pid_t = 0
  let fault = posix_spawn(&child, "/proc/self/exe", &actions, &attributes, &strings, environ)
  guard fault == 0 else {
    throw ValidationError("cannot start a job: \(String(cString: strerror(fault)))")
  }
  return child
}

/// What a shell would call the status.
private func exitStatus(_ raw: Int32) -> Int32 {
  let signal = raw & 0x7f
  return signal == 0 ? raw >> 8 & 0xff : 128 + signal
}

/// The last 16 KiB of a file: what a job said before it ended.
private func tail(of path: String) -> String {
  guard let file = fopen(path, "r") else { return "" }
  defer { fclose(file) }
  let kept = 16384
  if fseek(file, -kept, SEEK_END) != 0 { rewind(file) }
  var bytes = [UInt8](repeating: 0, count: kept)
  let count = fread(&bytes, 1, kept, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}
