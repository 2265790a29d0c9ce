// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import FuzzTarget
import Glibc

/// Runs `count` copies of this program at once on one corpus. The first writes to this terminal,
/// the others to `job-N.log` in `logs`. Ends with the status of the first that fails, after
/// stopping the others; failing that, when all are done.
func runJobs(_ arguments: [String], count: Int, logs: String) throws {
  var children: [pid_t: Int] = [:]
  for job in 0..<count {
    let log = job == 0 ? nil : "\(logs)/job-\(job).log"
    children[try spawn(arguments + ["-seed=\(getpid() &* 31 &+ Int32(job) + 1)"], log: log)] = job
  }
  var failed: (job: Int, status: Int32)?
  while !children.isEmpty {
    var raw: Int32 = 0
    let child = waitpid(-1, &raw, 0)
    if child < 0 { break }
    guard let job = children.removeValue(forKey: child) else { continue }
    let status = exitStatus(raw)
    if status != 0, failed == nil {
      failed = (job, status)
      for other in children.keys { kill(other, SIGTERM) }
    }
  }
  guard let failed else { return }
  if failed.job > 0 { printError(tail(of: "\(logs)/job-\(failed.job).log")) }
  exit(failed.status)
}

private func spawn(_ arguments: [String], log: String?) throws -> pid_t {
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
  let fault = posix_spawn(&child, "/proc/self/exe", &actions, nil, &strings, environ)
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
