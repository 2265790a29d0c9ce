// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Log
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep

/// What tells one fault from another.
@Suite struct SignatureTests {
  private static let alloc = record(IOPT_EVENT_ALLOC, 0x8_0000_0000)
  private static let sync = record(IOPT_EVENT_SYNC, 0x1000, 0x1fff)
  private static let free = record(IOPT_EVENT_FREE, 0x8_0000_1000)
  private static let ret = record(IOPT_EVENT_RET, 0)
  private static let crash = [UInt64(EventKind.crash.rawValue)]

  private static func record(_ kind: iopt_event, _ arguments: UInt64...) -> [UInt64] {
    [UInt64(kind.rawValue) | UInt64(arguments.count) << 32] + arguments
  }

  private func signature(_ left: [UInt64], _ right: [UInt64]) -> String? {
    RecordDifference(left, right)?.signature
  }

  @Test func whatFollowsARecordThatOneSideLacksDoesNotMatter() {
    #expect(signature(Self.ret, Self.sync + Self.ret) == "nothing/sync")
    #expect(signature(Self.sync + Self.free + Self.ret, Self.free + Self.ret) == "sync/nothing")
    #expect(signature(Self.alloc + Self.ret, Self.sync + Self.alloc + Self.ret) == "nothing/sync")
    #expect(signature([], Self.sync) == "nothing/sync")
  }

  @Test func recordsInAnotherOrderOrInsteadOfEachOtherAreBothNamed() {
    #expect(signature(Self.sync + Self.free, Self.free + Self.sync) == "sync/free")
    #expect(signature(Self.sync + Self.ret, Self.free + Self.ret) == "sync/free")
  }

  @Test func argumentsAreToldApart() {
    let wider = Self.record(IOPT_EVENT_SYNC, 0x1000, 0x2fff)
    let longer = Self.record(IOPT_EVENT_SYNC, 0x1000, 0x1fff, 0x8_0000_1000)
    #expect(signature(Self.sync, wider) == "sync[2]")
    #expect(signature(Self.sync, longer) == "sync/sync")
    #expect(signature(Self.sync, Self.sync) == nil)
  }

  @Test func aCrashIsOneWhateverTheOtherSideDoes() {
    #expect(signature(Self.crash, Self.ret) == "crash/no crash")
    #expect(signature(Self.alloc + Self.ret, Self.crash) == "no crash/crash")
    #expect(signature([], Self.crash) == "no crash/crash")
  }

  /// The example plug-in with a change, against the reference.
  private func shrunk(_ change: (old: String, new: String), _ text: String) throws
    -> Minimizer.Result?
  {
    let plugin = try ExamplePlugin(replacing: change.old, with: change.new)
    let minimizer = Minimizer(
      OracleChoice([.comparison]), [Lane(.reference), Lane(plugin.subject)])
    let scenario = try readScenarios(bytes: Array(text.utf8), name: "case")[0].scenario
    return minimizer.minimize(scenario)
  }

  private static let pages = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
    map 0x1000 0x80001000 0x1000 rw
    map 0x3000 0x80008000 0x1000 rn
    iova_to_phys 0x2000
    iova_to_phys 0x1abc
    iova_to_phys 0x3000
    map 0x5000 0x80008000 0x1000 rw

    """

  /// What the plug-in refuses, such as another domain line, is no candidate.
  @Test func aCrashShrinksToTheOperationThatCrashes() throws {
    let change = ("lookup(d, op->iova);\n\t\treturn IOPT_DONE;", "return IOPT_CRASHED;")
    let result = try #require(try shrunk(change, Self.pages))
    #expect(result.signature.description == "comparison iova_to_phys: no crash/crash")
    #expect(result.scenario.operations == [.iovaToPhys(iova: 0)])
    #expect(result.scenario.domain.va == 39)
  }

  @Test func aDomainThatFailsToOpenShrinksToItsLine() throws {
    let change = (
      "\t*state = d;\n\treturn IOPT_DONE;",
      "\thost->log->count = 0;\n\tiopt_log1(host->log, IOPT_EVENT_RET, -12);\n"
        + "\tfree(d);\n\treturn IOPT_FAILED;"
    )
    let result = try #require(try shrunk(change, Self.pages))
    #expect(result.signature.operation == "domain")
    #expect(result.scenario.operations == [])
  }

  @Test func whatIsRefusedIsNotShrunk() throws {
    let text = Self.pages + "unmap 0x1000 0x1000\n"
    #expect(try shrunk(("EADDRINUSE", "EADDRINUSE"), text) == nil)
  }
}

/// The example plug-in, built with a change.
private struct ExamplePlugin {
  let subject: Subject

  init(replacing old: String, with new: String) throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let example = root.appendingPathComponent("Documentation/example-plugin/sv39.c")
    let text = try String(contentsOf: example, encoding: .utf8)
    try #require(text.contains(old))
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-shrink-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent("sv39.c")
    let object = folder.appendingPathComponent("sv39.so").path
    try text.replacingOccurrences(of: old, with: new)
      .write(to: source, atomically: true, encoding: .utf8)
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "clang", "-std=c11", "-w", "-fPIC", "-shared", "-fvisibility=hidden", "-I",
      root.appendingPathComponent("reference/abi").path, "-o", object, source.path,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    subject = try Subject.named(object)
  }
}
