// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import SubjectABI
import Testing

/// The scheduler's services are usable as the header lays them out: two operations on one domain,
/// interleaved by the host, with the outcome that the order of the flush counters gives.
@Suite struct ServicesTests {
  /// The prototype, opened on a host.
  private struct Domain: @unchecked Sendable {
    let table: UnsafePointer<iopt_subject>
    let state: UnsafeMutableRawPointer?

    func run(_ kind: iopt_op_kind, cpu: UInt32) {
      var op = iopt_op()
      op.size = UInt32(MemoryLayout<iopt_op>.size)
      op.kind = kind.rawValue
      op.iova = 0x5000
      op.cpu = cpu
      _ = table.pointee.run(state, &op)
    }
  }

  /// Compiled and loaded once.
  nonisolated(unsafe) private static let prototype = Result { try load() }

  private static func load() throws -> UnsafePointer<iopt_subject> {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-services-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let source = folder.appendingPathComponent("prototype.c").path
    let object = folder.appendingPathComponent("prototype.so").path
    try servicesPrototype.write(toFile: source, atomically: true, encoding: .utf8)
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "clang", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared",
      "-fvisibility=hidden", "-I", Repository.path("reference/abi"), "-o", object, source,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    let handle = try #require(dlopen(object, RTLD_NOW | RTLD_LOCAL))
    let symbol = try #require(dlsym(handle, IOPT_SUBJECT_SYMBOL))
    return try #require(
      unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<iopt_subject>?).self)())
  }

  /// CPU 0 flushes while CPU 1 queues an entry; returns the observations.
  private func observations(
    on processors: VirtualProcessors, _ work: (Domain) -> Void
  ) throws -> [String] {
    let table = try Self.prototype.get()
    var state: UnsafeMutableRawPointer?
    var config = iopt_config()
    try #require(table.pointee.open(processors.host, &config, &state) == IOPT_DONE.rawValue)
    work(Domain(table: table, state: state))
    table.pointee.close(state)
    var text = TextBuffer()
    processors.log.withUnsafeBufferPointer { text.appendRecords($0, form: .absent) }
    return text.string.split(separator: "\n").map(String.init)
  }

  private func interleaved(_ schedule: [Int]) throws -> ([String], VirtualProcessors) {
    let processors = VirtualProcessors(schedules: true)
    let lines = try observations(on: processors) { domain in
      processors.run(
        schedule: schedule,
        [{ domain.run(IOPT_OP_TICK, cpu: 0) }, { domain.run(IOPT_OP_DMA_UNMAP, cpu: 1) }])
    }
    return (lines, processors)
  }

  @Test func withoutServicesThePlainThingIsDone() throws {
    let lines = try observations(on: VirtualProcessors(schedules: false)) { domain in
      domain.run(IOPT_OP_DMA_UNMAP, cpu: 1)
      domain.run(IOPT_OP_TICK, cpu: 0)
    }
    #expect(lines == ["= queue 1 0x5000 0x1000 0", "= flush_all", "= iova_free 0x5000 0x1000"])
  }

  /// At its first point the flush has not begun: it covers what is queued there.
  @Test func anEntryBeforeTheFlushBeginsIsGivenBack() throws {
    let (lines, processors) = try interleaved([1, 1, 1])
    #expect(lines == ["= queue 1 0x5000 0x1000 0", "= flush_all", "= iova_free 0x5000 0x1000"])
    #expect(processors.points.first?.point == IOPT_POINT_FLUSH_START.rawValue)
    #expect(
      processors.points.map(\.cpu) == [0, 1, 1, 0, 0, 0, 0])
    #expect(
      processors.cells == [
        IOPT_CELL_FLUSH_START_COUNT.rawValue, IOPT_CELL_FLUSH_FINISH_COUNT.rawValue,
      ])
  }

  /// Once the count of started flushes has risen, an entry waits for the next flush.
  @Test(arguments: [([0, 1, 1, 1], true), ([0, 0, 1, 1, 1], false)])
  func anEntryDuringTheFlushWaitsForTheNext(_ schedule: [Int], _ isBefore: Bool) throws {
    let (lines, processors) = try interleaved(schedule)
    let (queue, flush) = ("= queue 1 0x5000 0x1000 1", "= flush_all")
    #expect(lines == (isBefore ? [queue, flush] : [flush, queue]))
    #expect(processors.points.count == 7)
  }

  /// CPU 1 holds the ring's lock, or waits for it, at every place where CPU 0 can be suspended.
  @Test func everyScheduleEndsAndKeepsRecordsWhole() throws {
    for bits in 0..<64 {
      let schedule = (0..<6).map { bits >> $0 & 1 }
      let (lines, _) = try interleaved(schedule)
      #expect(lines.filter { $0.hasPrefix("= queue 1 0x5000 0x1000 ") }.count == 1, "\(schedule)")
      #expect(lines.filter { $0 == "= flush_all" }.count == 1, "\(schedule)")
      let isGivenBack = lines.last == "= iova_free 0x5000 0x1000"
      #expect(lines.count == (isGivenBack ? 3 : 2), "\(schedule)")
      #expect(!isGivenBack || lines.contains("= queue 1 0x5000 0x1000 0"), "\(schedule)")
    }
  }
}
