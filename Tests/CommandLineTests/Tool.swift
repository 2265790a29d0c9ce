// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// Runs the built command line as a user does.
struct Tool {
  var status: Int32
  var output: String
  var errors: String

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder that SwiftPM builds products into, beside the test runner.
  private static let products: URL = {
    let runner = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let candidates = [
      runner, Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(),
    ]
    return candidates.first {
      FileManager.default.isExecutableFile(atPath: $0.appendingPathComponent("iopt").path)
    } ?? runner
  }()

  /// The built command line.
  static var path: String { product("iopt") }

  /// Where an executable of the package is.
  static func product(_ name: String) -> String { products.appendingPathComponent(name).path }

  /// Runs a shell's command line in which `iopt` is the built one.
  static func shell(_ command: String) throws -> Tool {
    let function = "iopt() { '\(path)' \"$@\"; }"
    return try run("/bin/bash", ["-c", "\(function)\n\(command)"])
  }

  static func iopt(_ arguments: [String], input: String? = nil) throws -> Tool {
    try run(path, arguments, input: input)
  }

  static func iopt(_ arguments: String..., input: String? = nil) throws -> Tool {
    try run(path, arguments, input: input)
  }

  /// Runs a program at the top of the repository. What it writes goes through files, so that
  /// nothing blocks on a full pipe.
  static func run(_ program: String, _ arguments: [String], input: String? = nil) throws -> Tool {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let names = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
    try Data((input ?? "").utf8).write(to: names[0])
    for name in names[1...] { try Data().write(to: name) }

    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = root
    process.standardInput = try FileHandle(forReadingFrom: names[0])
    process.standardOutput = try FileHandle(forWritingTo: names[1])
    process.standardError = try FileHandle(forWritingTo: names[2])
    try process.run()
    process.waitUntilExit()
    return Tool(
      status: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: names[1]), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self))
  }
}
