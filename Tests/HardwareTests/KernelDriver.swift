// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Hardware
import ScenarioLanguage
import Testing

/// The functions of a kernel's driver that make commands, taken by name from a tree that
/// `make kernel-source` fetched and compiled with the stand-ins of `StandIns`.
final class KernelDriver {
  /// Which of them, and where they are taken from, in the order in which they need each other.
  struct Parts {
    /// The file of stand-ins.
    var name: String
    /// Beginnings of macros' names, and structs.
    var macros: [String]
    var structs: [String] = []
    var files: [(path: String, functions: [String])]
  }

  /// One call, as `struct stand_in_request` has it.
  struct Request {
    var call: UInt32
    var leafLevels: UInt8 = 0
    var tableLevels: UInt8 = 0
    var freesTables: UInt8 = 0
    var unused: UInt8 = 0
    var first: UInt64
    var last: UInt64
    var hardware: UInt32
    var number: UInt32
  }

  /// What was sent of a command.
  struct Words: Equatable {
    var first: UInt64 = 0
    var second: UInt64 = 0
  }

  private typealias Run =
    @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer, CInt) -> CInt

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let standIns = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("StandIns")

  private let run: Run
  private let words = UnsafeMutableBufferPointer<Words>.allocate(capacity: 4096)

  deinit { words.deallocate() }

  /// Whether a release's tree is there and has a file.
  static func has(_ release: Kernel, _ file: String) -> Bool {
    FileManager.default.fileExists(atPath: tree(release).appendingPathComponent(file).path)
  }

  private static func tree(_ release: Kernel) -> URL {
    root.appendingPathComponent(".kernel/\(release.name)")
  }

  /// Takes them out and compiles them.
  init(_ parts: Parts, of release: Kernel) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-driver-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = parts.files.map { Self.tree(release).appendingPathComponent($0.path).path }
    let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    var taken = texts.map { Self.macros(of: $0, parts.macros) }.joined()
    taken += texts.map { Self.structs(of: $0, parts.structs) }.joined()
    for (file, part) in zip(files, parts.files) {
      let extract = Self.root.appendingPathComponent("reference/kernel/extract").path
      taken += try Self.output(of: "sh", [extract, file] + part.functions, allowing: [0, 1])
    }
    try taken.write(
      to: folder.appendingPathComponent("taken.h"), atomically: true, encoding: .utf8)
    let library = folder.appendingPathComponent("driver.so").path
    _ = try Self.output(
      of: "clang",
      [
        "-std=gnu11", "-O1", "-w", "-shared", "-fPIC", "-fvisibility=default", "-I", folder.path,
        "-I", Self.standIns.path, "-o", library,
        Self.standIns.appendingPathComponent("\(parts.name).c").path,
      ])
    let handle = try #require(dlopen(library, RTLD_NOW | RTLD_LOCAL))
    run = unsafeBitCast(try #require(dlsym(handle, "stand_in_run")), to: Run.self)
  }

  /// The commands of one call.
  func callAsFunction(_ request: Request) -> UnsafeBufferPointer<Words> {
    let count = withUnsafePointer(to: request) { run($0, words.baseAddress!, CInt(words.count)) }
    precondition(count <= words.count)
    return UnsafeBufferPointer(rebasing: UnsafeBufferPointer(words)[..<Int(count)])
  }

  /// Definitions of macros whose names begin so, with the lines that continue them.
  private static func macros(of text: String, _ beginnings: [String]) -> String {
    var isInside = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      let name = line.hasPrefix("#define") ? line.dropFirst(7).drop { $0 == " " || $0 == "\t" } : ""
      if beginnings.contains(where: name.hasPrefix) { isInside = true }
      defer { if !line.hasSuffix("\\") { isInside = false } }
      return isInside
    }.map { $0 + "\n" }.joined()
  }

  private static func structs(of text: String, _ names: [String]) -> String {
    names.map { name in
      guard let start = text.range(of: "\nstruct \(name) {"),
        let end = text.range(of: "\n};", range: start.upperBound..<text.endIndex)
      else { return "" }
      return text[start.lowerBound..<end.upperBound] + "\n"
    }.joined()
  }

  private static func output(
    of program: String, _ arguments: [String], allowing statuses: Set<Int32> = [0]
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(
      statuses.contains(process.terminationStatus),
      "\(program) \(arguments.last ?? ""): \(String(decoding: complaints.prefix(2000), as: UTF8.self))"
    )
    return String(decoding: text, as: UTF8.self)
  }
}
