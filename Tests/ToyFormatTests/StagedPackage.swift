// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A copy of this package with the toy format in it.
struct StagedPackage {
  /// A line that goes into a table, after another one.
  struct TableLine {
    var file: String
    var line: String
    var after: String
  }

  /// What came of a program.
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let fixtures = root.appendingPathComponent("Tests/ToyFormatTests/Fixtures")
  /// Folders that are copied; the manifest names the others, which are links.
  private static let copied = ["Sources", "reference"]

  let folder: URL

  /// Copies the package and puts the files and lines of the toy format in.
  init(adding lines: [TableLine]) throws {
    let files = FileManager.default
    folder = files.temporaryDirectory.appendingPathComponent("lockstep-toy-\(UUID().uuidString)")
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in Self.copied + ["Package.swift", "Package.resolved"] {
      let original = Self.root.appendingPathComponent(name)
      guard name != "Package.resolved" || files.fileExists(atPath: original.path) else { continue }
      try files.copyItem(at: original, to: folder.appendingPathComponent(name))
    }
    for name in ["Tests", "Tools", "Benchmarks", "Fuzz"] {
      try files.createSymbolicLink(
        at: folder.appendingPathComponent(name),
        withDestinationURL: Self.root.appendingPathComponent(name))
    }
    for name in Self.names(below: Self.fixtures) {
      try files.copyItem(
        at: Self.fixtures.appendingPathComponent(name), to: folder.appendingPathComponent(name))
    }
    for line in lines { try insert(line) }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  private func insert(_ added: TableLine) throws {
    let file = folder.appendingPathComponent(added.file)
    var lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    let place = try #require(
      lines.firstIndex(of: added.after), "\(added.file) has no line '\(added.after)'")
    lines.insert(added.line, at: place + 1)
    try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
  }

  /// Every file that the copy has and the package has not.
  func addedFiles() -> [String] {
    Self.copied.flatMap { top in
      let there = Set(Self.names(below: Self.root.appendingPathComponent(top)))
      return Self.names(below: folder.appendingPathComponent(top)).filter { !there.contains($0) }
        .map { "\(top)/\($0)" }
    }.sorted()
  }

  /// The lines that the files of the package have and the copy has not, and the other way round,
  /// as `file: -line` and `file: +line`.
  func changedLines() throws -> [String] {
    var changes: [String] = []
    for top in Self.copied {
      for name in Self.names(below: Self.root.appendingPathComponent(top)) {
        let path = "\(top)/\(name)"
        let old = try Data(contentsOf: Self.root.appendingPathComponent(path))
        let new = try Data(contentsOf: folder.appendingPathComponent(path))
        if old == new { continue }
        let lines = [new, old].map {
          String(decoding: $0, as: UTF8.self).components(separatedBy: "\n")
        }
        for change in lines[0].difference(from: lines[1]) {
          switch change {
          case .insert(_, let line, _): changes.append("\(path): +\(line)")
          case .remove(_, let line, _): changes.append("\(path): -\(line)")
          }
        }
      }
    }
    return changes.sorted()
  }

  /// Names of files, relative to the folder, sorted.
  private static func names(below folder: URL) -> [String] {
    let all = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
    return all.filter { name in
      var isFolder: ObjCBool = false
      let path = folder.appendingPathComponent(name).path
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  /// Modules whose files the format changes; no other depends on how many formats there are.
  private static let modules = ["ScenarioLanguage", "PageTable", "Reference"]

  /// Builds the command line: compiles the modules that are changed, and links them with what the build
  /// of the tests has made of the others.
  func build() throws -> Result {
    for module in Self.modules {
      let result = try run(
        "/usr/bin/env",
        [
          "swift", "build", "--package-path", folder.path, "--scratch-path", scratch.path,
          "--target", module, "--disable-index-store", "-Xswiftc", "-gnone",
          "-Xswiftc", "-Onone",
        ])
      guard result.status == 0 else { return result }
    }
    return try link()
  }

  private func link() throws -> Result {
    let list = try String(
      contentsOf: Self.products.appendingPathComponent("iopt.product/Objects.LinkFileList"),
      encoding: .utf8)
    var objects = list.split(separator: "\n").map(String.init)
    for module in Self.modules {
      let own = Self.names(below: scratch.appendingPathComponent("debug/\(module).build"))
        .filter { $0.hasSuffix(".o") }
      let count = objects.count
      objects.removeAll { $0.contains("/\(module).build/") }
      try #require(!own.isEmpty && objects.count < count, "\(module) is not linked")
      objects += own.map { scratch.appendingPathComponent("debug/\(module).build/\($0)").path }
    }
    try write(objects.joined(separator: "\n"), to: "objects")
    return try run(
      "/usr/bin/env",
      [
        "swiftc", "-emit-executable", "-o", program, "-Xlinker", "--defsym", "-Xlinker",
        "main=iopt_main", "@\(folder.appendingPathComponent("objects").path)",
      ])
  }

  /// Where the build of the tests puts what it makes: above the test runner, or beside it.
  private static let products: URL = {
    let runner = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let candidates = [
      runner, Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(),
    ]
    return candidates.first {
      FileManager.default.fileExists(atPath: $0.appendingPathComponent("iopt.product").path)
    } ?? runner
  }()

  private var program: String { folder.appendingPathComponent("toy-iopt").path }

  private var scratch: URL { folder.appendingPathComponent(".build") }

  /// Runs the command line that was built.
  func iopt(_ arguments: String...) throws -> Result { try iopt(arguments) }

  func iopt(_ arguments: [String]) throws -> Result {
    try run(program, arguments)
  }

  /// Runs a program in the copy's folder. What it writes goes through files, so that nothing blocks
  /// on a full pipe.
  private func run(_ program: String, _ arguments: [String]) throws -> Result {
    let names = ["out", "err"].map { folder.appendingPathComponent("\(UUID().uuidString).\($0)") }
    defer { for name in names { try? FileManager.default.removeItem(at: name) } }
    for name in names { try Data().write(to: name) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: names[0])
    process.standardError = try FileHandle(forWritingTo: names[1])
    try process.run()
    process.waitUntilExit()
    let texts = try names.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Result(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }

  func write(_ text: String, to name: String) throws {
    try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }
}
