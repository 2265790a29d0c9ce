// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The command line with a pipe as its standard input, whose memory can be looked at while it waits
/// for more. What the kernel says of a process that has ended will not do: that counts the memory
/// of the one that started it, where other tests run.
final class FedTool {
  /// F_SETPIPE_SZ, which Glibc's module lacks.
  private static let setPipeSize: Int32 = 1031
  private let process = Process()
  private let pipe: FileHandle

  init(_ arguments: [String], output: String) throws {
    var ends: [Int32] = [-1, -1]
    try #require(Glibc.pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // The kernel's least: what is fed has been read but for so much.
    try #require(fcntl(ends[1], Self.setPipeSize, 4096) > 0)
    pipe = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    try Data().write(to: URL(fileURLWithPath: output))
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = arguments
    process.currentDirectoryURL = Tool.root
    process.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    try process.run()
  }

  /// Returns when all but a page of it was read.
  func feed(_ bytes: Data) throws { try pipe.write(contentsOf: bytes) }

  /// The most memory that the process had so far, in bytes.
  func peak() throws -> Int {
    let path = "/proc/\(process.processIdentifier)/status"
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("VmHWM:") })
    return 1024 * (try #require(line.split(separator: " ").compactMap { Int($0) }.first))
  }

  /// The end of the input; returns the exit status.
  func finish() throws -> Int32 {
    try pipe.close()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
