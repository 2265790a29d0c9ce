// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Counts instructions by running this program again under callgrind with two batch counts: the
/// difference is free of start-up.
struct Callgrind {
  private let valgrind: String
  private let program: String

  /// nil when valgrind is not installed. Works on a copy without debug information: valgrind does
  /// not read DWARF 5 of this toolchain.
  static func find() -> Callgrind? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let candidates = path.split(separator: ":").map { String($0) + "/valgrind" }
    let found = candidates.first { access($0, X_OK) == 0 }
    guard let found else { return nil }
    let copy = "/tmp/iopt-bench-\(getpid())"
    guard Self.run(["strip", "-g", "-o", copy, "/proc/\(getpid())/exe"], output: nil) == 0 else {
      return nil
    }
    return Callgrind(valgrind: found, program: copy)
  }

  /// Instructions of one batch's calls, each divided by the calls of the batch; nil when it could
  /// not be counted.
  func instructions(_ row: Row, _ subject: String) -> Double? {
    let batch = instructions(few: 8, many: 40) {
      ["--count-row", row.name, "--subject", subject, "--batches", "\($0)"]
    }
    return batch.map { $0 / Double(row.calls) }
  }

  /// Instructions of one repetition, where `arguments` make this program do as many as it is
  /// given; nil when it could not be counted.
  func instructions(few: Int, many: Int, _ arguments: (Int) -> [String]) -> Double? {
    guard let one = total(arguments(few)), let other = total(arguments(many)) else { return nil }
    return Double(other - one) / Double(many - few)
  }

  /// Removes the copy.
  func close() { unlink(program) }

  private func total(_ arguments: [String]) -> Int? {
    let log = "/tmp/iopt-bench-\(getpid()).log"
    defer { unlink(log) }
    let status = Self.run(
      [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", program] + arguments,
      output: log)
    guard status == 0, let text = Self.read(log) else { return nil }
    let line = text.split(separator: "\n").last { $0.contains("Collected :") }
    return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
  }

  /// Runs a program to its end; returns its status. Both outputs go to `output`, or nowhere.
  private static func run(_ arguments: [String], output: String?) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDERR_FILENO, output ?? "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var child: pid_t = 0
    guard posix_spawnp(&child, arguments[0], &actions, nil, &strings, environ) == 0 else {
      return 127
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
