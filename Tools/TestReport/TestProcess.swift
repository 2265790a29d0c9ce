// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// A program whose output goes to a file. It stays in this process' group, so that Control-C reaches
/// it too.
struct TestProcess {
  private let pid: pid_t

  /// nil when it cannot be started.
  init?(_ arguments: [String], log: String) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var pid: pid_t = 0
    guard posix_spawnp(&pid, arguments[0], &actions, nil, &strings, environ) == 0 else {
      return nil
    }
    self.pid = pid
    childToStop = pid
    for signal in [SIGTERM, SIGHUP] {
      Glibc.signal(signal) { number in
        kill(childToStop, SIGTERM)
        _exit(128 + number)
      }
    }
  }

  /// What a shell calls its status; nil while it runs.
  func poll() -> Int32? {
    var raw: Int32 = 0
    guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
    let signal = raw & 0x7f
    return signal == 0 ? raw >> 8 & 0xff : 128 + signal
  }
}

/// For the handler of signals, which can hold nothing.
private nonisolated(unsafe) var childToStop: pid_t = 0
