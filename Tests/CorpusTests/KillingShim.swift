// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// A library to preload that kills a process at its Nth step (`KILL_AT`) which touches a file: in
/// the middle of a write, before an fsync, a rename or a removal.
struct KillingShim {
  private let path: String

  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    static int is_due(void) {
      static int steps;
      const char *at = getenv("KILL_AT");
      return at && steps++ == atoi(at);
    }
    static void die(void) { syscall(SYS_kill, syscall(SYS_getpid), SIGKILL); }
    ssize_t write(int fd, const void *bytes, size_t count) {
      if (fd > 2 && is_due()) {
        syscall(SYS_write, fd, bytes, count / 2);
        die();
      }
      return syscall(SYS_write, fd, bytes, count);
    }
    int fsync(int fd) {
      if (is_due()) die();
      return syscall(SYS_fsync, fd);
    }
    int rename(const char *from, const char *to) {
      if (is_due()) die();
      return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    }
    int unlink(const char *path) {
      if (is_due()) die();
      return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    }
    """

  init(in scratch: Scratch) throws {
    path = scratch("kill.so")
    let source = scratch("kill.c")
    try Self.source.write(toFile: source, atomically: true, encoding: .utf8)
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["clang", "-shared", "-fPIC", "-o", path, source]
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }

  /// Runs a command again and again, killed one step later each time, until it lives to its end.
  /// `prepare` comes before each run, `examine` after each that was killed. Returns how many were.
  func killAtEveryStep(
    of command: String, prepare: () throws -> Void, examine: () throws -> Void
  ) throws -> Int {
    var step = 0
    while true {
      try prepare()
      let process = try Tool.start("KILL_AT=\(step) LD_PRELOAD=\(path) exec " + command)
      process.waitUntilExit()
      guard process.terminationReason == .uncaughtSignal else { return step }
      try examine()
      step += 1
    }
  }
}
