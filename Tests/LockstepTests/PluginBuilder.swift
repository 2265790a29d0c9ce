// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Compiles C into a temporary folder, which goes when the builder does.
final class PluginBuilder: Sendable {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("lockstep-plugin-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The folder of this version's header, and of version 1's.
  static let header = Repository.path("reference/abi")
  static let firstHeader = Repository.path("Tests/LockstepTests/Fixtures/abi-1/include")

  /// A shared object, built with the flags of the example's own build line and every warning an
  /// error, against the header in `header`. Returns its path.
  func plugin(_ source: String, header: String = header) throws -> String {
    try compile(source, header, ["-fPIC", "-shared", "-fvisibility=hidden"], suffix: ".so")
  }

  func plugin(text: String, header: String = header) throws -> String {
    try plugin(file(text), header: header)
  }

  /// What a program prints.
  func output(of source: String, header: String) throws -> String {
    let program = Process()
    program.executableURL = URL(fileURLWithPath: try compile(source, header, [], suffix: ""))
    let pipe = Pipe()
    program.standardOutput = pipe
    try program.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    program.waitUntilExit()
    try #require(program.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func file(_ text: String) throws -> String {
    let source = folder.appendingPathComponent("\(UUID().uuidString).c")
    try text.write(to: source, atomically: true, encoding: .utf8)
    return source.path
  }

  private func compile(
    _ source: String, _ header: String, _ flags: [String], suffix: String
  ) throws -> String {
    let output = folder.appendingPathComponent(UUID().uuidString + suffix).path
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments =
      ["clang", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"] + flags
      + ["-I", header, "-o", output, source]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0, "\(source) does not compile")
    return output
  }
}
