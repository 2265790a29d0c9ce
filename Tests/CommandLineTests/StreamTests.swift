// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A replay holds one statement at a time.
@Suite struct StreamTests {
  private static let trace = "Corpus/kernel/dma/directed-full-flushes-depot.iopt.gz"

  /// Replays `count` copies of a trace, one after another on standard input.
  private func replay(times count: Int) throws -> (output: String, peak: Int) {
    let folder = try ScratchFolder()
    let copy = try Data(contentsOf: Tool.root.appendingPathComponent(Self.trace))
    let input = try folder.file("in", repeatElement(copy, count: count).joined())

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, folder("out"), O_WRONLY | O_CREAT, 0o600)
    let words = [Tool.path, "replay", "-", "--subject", "swift"]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, Tool.path, &actions, nil, arguments, environ) == 0)
    var status: Int32 = 0
    var usage = rusage()
    try #require(wait4(pid, &status, 0, &usage) == pid)
    #expect(status == 0)
    return (String(decoding: try folder.bytes("out"), as: UTF8.self), usage.ru_maxrss * 1024)
  }

  @Test func memoryDoesNotGrowWithTheFile() throws {
    let one = try replay(times: 1)
    let many = try replay(times: 100)
    let counts = try [one, many].map { run in
      try #require(run.output.split(separator: " ").compactMap { Int($0) }.last)
    }
    #expect(counts[1] == 100 * counts[0])
    #expect(many.peak - one.peak < 4 << 20, "\(one.peak) and \(many.peak) bytes")
  }
}
