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
  private static let ret = record(IOPT_EVENT_RET, 0, 0)
  private static let crash = [UInt64(EventKind.crash.rawValue)]

  private static func record(_ kind: iopt_event, _ arguments: UInt64...) -> [UInt64] {
    [UInt64(kind.rawValue) | UInt64(arguments.count) << 32] + arguments
  }

  private func signature(
    _ left: [UInt64], _ right: [UInt64], _ form: ResultForm = .number
  ) -> String? { RecordDifference(left, right)?.signature(form) }

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

  @Test func aRecordTooManyAmongOthersOfItsKindIsSeen() {
    let (first, second) = (Self.free, Self.record(IOPT_EVENT_FREE, 0x8_0000_2000))
    #expect(signature(first + second, second) == "free/nothing")
    #expect(signature(second + Self.ret, first + second + Self.ret) == "nothing/free")
    #expect(signature(first + second, second + first) == "free in another order")
    #expect(signature(first, second) == "free[1]")
  }

  @Test func itSaysWhichRangeIsLarger() {
    let wider = Self.record(IOPT_EVENT_SYNC, 0x1000, 0x2fff)
    let moved = Self.record(IOPT_EVENT_SYNC, 0x2000, 0x2fff)
    #expect(signature(Self.sync, wider) == "sync[2] larger on the right")
    #expect(signature(wider, Self.sync) == "sync[2] larger on the left")
    #expect(signature(wider, moved) == "sync[1] larger on the left")
    #expect(signature(Self.sync, moved) == "sync[1] elsewhere")
    #expect(signature(Self.sync, Self.sync) == nil)
    let empty = Self.record(IOPT_EVENT_GATHER, 0, .max, 0, 0)
    let page = Self.record(IOPT_EVENT_GATHER, 0, 0x1000, 0x1fff, 0)
    let whole = Self.record(IOPT_EVENT_GATHER, 0, 0, .max, 0)
    #expect(signature(empty, page) == "gather[2] empty on the left")
    #expect(signature(page, empty) == "gather[2] empty on the right")
    #expect(signature(empty, whole) == "gather[2] everything on the right")
    #expect(signature(whole, page) == "gather[2] everything on the left")
  }

  @Test func itSaysWhichListOfPagesIsLonger() {
    let one = Self.sync(pages: 0x8_0000_1000)
    let other = Self.sync(pages: 0x8_0000_2000)
    let both = Self.sync(pages: 0x8_0000_1000, 0x8_0000_2000)
    #expect(signature(one, both) == "sync more pages on the right")
    #expect(signature(both, Self.sync) == "sync more pages on the left")
    #expect(signature(one, other) == "sync[3]")
    let reversed = Self.sync(pages: 0x8_0000_2000, 0x8_0000_1000)
    #expect(signature(both, reversed) == "sync[3] in another order")
  }

  private static func sync(pages: UInt64...) -> [UInt64] {
    [UInt64(IOPT_EVENT_SYNC.rawValue) | UInt64(2 + pages.count) << 32, 0x1000, 0x1fff] + pages
  }

  @Test func resultsAreToldByTheirErrnos() {
    let (exists, invalid) = (
      Self.record(IOPT_EVENT_RET, 0 &- 98, 0), Self.record(IOPT_EVENT_RET, 0 &- 22, 0)
    )
    #expect(
      signature(exists, Self.record(IOPT_EVENT_RET, 0, 0x1000), .errnoAndMapped)
        == "ret[1] EADDRINUSE/0")
    #expect(signature(Self.ret, invalid, .errno) == "ret[1] 0/EINVAL")
    #expect(
      signature(
        Self.record(IOPT_EVENT_RET, 0, 0x1000), Self.record(IOPT_EVENT_RET, 0, 0x2000),
        .errnoAndMapped) == "ret[2] larger on the right")
    let (none, some) = (
      Self.record(IOPT_EVENT_RET, .max, 0), Self.record(IOPT_EVENT_RET, 0x5000, 0)
    )
    #expect(signature(none, some, .dmaAddress) == "ret[1] error on the left")
    #expect(signature(some, Self.ret) == "ret[1] 0 on the right")
    #expect(signature(some, Self.record(IOPT_EVENT_RET, 0x4000, 0)) == "ret[1] larger on the left")
  }

  private static func pte(_ first: UInt64, _ last: UInt64, _ value: UInt64) -> [UInt64] {
    let header = UInt64(EventKind.pte.rawValue) | 5 << 32
    return [header, 0x8_0000_0000, first, last, value, 0x1000]
  }

  /// One word of many differs as a word alone would.
  @Test func tableWordsAreComparedWordByWord() {
    #expect(signature(Self.pte(0, 7, 0x5000), Self.pte(0, 7, 0x5001)) == "pte value")
    let split = Self.pte(0, 2, 0x5000) + Self.pte(3, 3, 0x9000) + Self.pte(4, 7, 0x9000)
    #expect(signature(Self.pte(0, 7, 0x5000), split) == "pte value")
    #expect(signature(Self.pte(3, 3, 0x8000), Self.pte(3, 3, 0)) == "pte 0 on the right")
    #expect(signature(Self.pte(0, 7, 0x5000), Self.pte(0, 3, 0x5000)) == "pte/nothing")
    #expect(signature(Self.pte(0, 0, 0x5000), []) == "pte/nothing")
    #expect(signature(Self.pte(4, 4, 0), Self.pte(3, 4, 0)) == "nothing/pte")
    let same = Self.pte(0, 3, 0x5000) + Self.pte(4, 7, 0x9000)
    #expect(signature(Self.pte(0, 7, 0x5000), same + Self.pte(9, 9, 1)) == "nothing/pte")
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
