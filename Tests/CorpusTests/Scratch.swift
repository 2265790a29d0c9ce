// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage

/// A folder that goes away with its last reference.
final class Scratch {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-corpus-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// A corpus folder with these inputs.
  func corpus(_ name: String, _ inputs: [CorpusInput]) throws -> CorpusFolder {
    let folder = try CorpusFolder(self(name), create: true)
    for input in inputs { try folder.write(input.bytes, as: input.name) }
    return folder
  }
}

/// An input that maps `pages` pages at `iova`, unmaps them and looks them up, named by its content.
func sampleInput(_ iova: UInt64, pages: UInt64 = 1) -> CorpusInput {
  let scenario = Scenario(
    domain: DomainConfiguration(format: .vtdss, va: 48, oa: 52, top: 3),
    operations: [
      .map(iova: iova, pa: 0x10_0000, length: pages << 12, prot: [.read, .write]),
      .iovaToPhys(iova: iova), .unmap(iova: iova, length: pages << 12),
    ])
  return named(encode(scenario))
}

/// An input on which `gather=original` and `gather=merged` differ.
func failingInput(_ iova: UInt64) -> CorpusInput {
  let scenario = Scenario(
    domain: DomainConfiguration(format: .vtdss, va: 48, oa: 52, top: 3),
    operations: [
      .map(iova: iova, pa: 0x10_0000, length: 0x1000, prot: [.read, .write]),
      .unmapFast(gather: 0, iova: iova, length: 0x1000),
    ])
  return named(encode(scenario))
}

func named(_ bytes: [UInt8]) -> CorpusInput {
  CorpusInput(name: ContentName(of: bytes).description, bytes: bytes)
}

/// The built command line.
enum Tool {
  static let path: String = {
    let runner = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let bundle = Bundle.main.bundleURL
    let folders = [runner, bundle, bundle.deletingLastPathComponent()]
    let candidates = folders.map { $0.appendingPathComponent("iopt").path }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
  }()

  /// Starts a shell command in which the word `iopt` stands for the tool.
  static func start(_ command: String, errors: String = "/dev/null") throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let words = command.split(separator: " ").map { $0 == "iopt" ? path : String($0) }
    process.arguments = ["-c", words.joined(separator: " ")]
    process.standardOutput = FileHandle.nullDevice
    if errors != "/dev/null" { try Data().write(to: URL(fileURLWithPath: errors)) }
    process.standardError = FileHandle(forWritingAtPath: errors)
    try withSignals { try process.run() }
    return process
  }

  /// Tests run on threads that block signals, and a process starts out with what its parent blocks
  /// or ignores; a user's shell does neither.
  static func withSignals(_ start: () throws -> Void) rethrows {
    signal(SIGXFSZ, SIG_DFL)
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_UNBLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try start()
  }

  static func status(_ command: String, errors: String = "/dev/null") throws -> Int32 {
    let process = try start(command, errors: errors)
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Builds the example plug-in; returns its path.
  static func examplePlugin(in scratch: Scratch) throws -> String {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "clang", "-std=c11", "-fPIC", "-shared", "-fvisibility=hidden", "-I",
      "\(root)/reference/abi", "-o", scratch("sv39.so"),
      "\(root)/Documentation/example-plugin/sv39.c",
    ]
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return scratch("sv39.so")
  }
}
