// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// Every observation: from its line to record words and back.
@Suite struct ObservationTests {
  static let events: [(String, iopt_event, [UInt64])] = [
    ("alloc 0x800000000 0x1000", IOPT_EVENT_ALLOC, [0x8_0000_0000, 0x1000]),
    ("alloc_fail", IOPT_EVENT_ALLOC_FAIL, []),
    ("free 0x800001000", IOPT_EVENT_FREE, [0x8_0000_1000]),
    ("incoherent 0x800000000 on", IOPT_EVENT_INCOHERENT, [0x8_0000_0000, 1]),
    ("incoherent 0x800000000 off", IOPT_EVENT_INCOHERENT, [0x8_0000_0000, 0]),
    ("clean 0x800000008 0x0", IOPT_EVENT_CLEAN, [0x8_0000_0008, 0]),
    ("top 0x800002000 3", IOPT_EVENT_TOP, [0x8_0000_2000, 3]),
    ("sync 0x0 0xffffffffffffffff", IOPT_EVENT_SYNC, [0, .max]),
    (
      "sync 0x1000 0x1fff 0x800002000 0x800001000", IOPT_EVENT_SYNC,
      [0x1000, 0x1fff, 0x8_0000_2000, 0x8_0000_1000]
    ),
    ("flush_all", IOPT_EVENT_FLUSH_ALL, []),
    ("dirty 0x1000 0xf000", IOPT_EVENT_DIRTY, [0x1000, 0xf000]),
    ("warn", IOPT_EVENT_WARN, []),
    ("iova_alloc 0xfffff000 0x1000", IOPT_EVENT_IOVA_ALLOC, [0xffff_f000, 0x1000]),
    ("iova_alloc none 0x1000", IOPT_EVENT_IOVA_NONE, [0x1000]),
    ("iova_free 0x0 0x1000", IOPT_EVENT_IOVA_FREE, [0, 0x1000]),
    ("queue 3 0x1000 0x2000 17", IOPT_EVENT_QUEUE, [3, 0x1000, 0x2000, 17]),
    (
      "queue 0 0x1000 0x2000 0 0x800003000", IOPT_EVENT_QUEUE,
      [0, 0x1000, 0x2000, 0, 0x8_0000_3000]
    ),
    ("timer_on 10", IOPT_EVENT_TIMER_ON, [10]),
    ("timer_fire 10", IOPT_EVENT_TIMER_FIRE, [10]),
    ("skip", IOPT_EVENT_SKIP, []),
    ("depot_work 100", IOPT_EVENT_DEPOT_WORK, [100]),
    ("gather 0 0xffffffffffffffff 0x0 queued=0", IOPT_EVENT_GATHER, [0, .max, 0, 0]),
    (
      "gather 3 0x0 0xfff queued=1 0x800002000", IOPT_EVENT_GATHER,
      [3, 0, 0xfff, 1, 0x8_0000_2000]
    ),
    (
      "info pgsizes=0x40211000 first=0x0 last=0x3fffffffff top=0x800000000 level=2"
        + " features=sign_extend,riscv_svnapot_64k va=39 oa=56", IOPT_EVENT_INFO,
      [0x4021_1000, 0, 0x3f_ffff_ffff, 0x8_0000_0000, 2, 1 << 3 | 1 << 6, 39, 56]
    ),
    (
      "info pgsizes=0x0 first=0x0 last=0x0 top=0x0 level=0 features=none va=0 oa=0",
      IOPT_EVENT_INFO, [0, 0, 0, 0, 0, 0, 0, 0]
    ),
  ]

  @Test(arguments: events)
  func anEventIsItsLine(_ line: String, _ kind: iopt_event, _ arguments: [UInt64]) throws {
    try expectSame(line, [UInt64(kind.rawValue) | UInt64(arguments.count) << 32] + arguments)
  }

  @Test func theHarnesssOwnAreTheirLines() throws {
    try expectSame("crash", [UInt64(EventKind.crash.rawValue)])
    try expectSame(
      "pte 0x800000000 4..19 0x20000cc7 +0x400",
      [UInt64(EventKind.pte.rawValue) | 5 << 32, 0x8_0000_0000, 4, 19, 0x2000_0cc7, 0x400])
    try expectSame(
      "pte 0x800000000 0..0 0x0 +0x0",
      [UInt64(EventKind.pte.rawValue) | 5 << 32, 0x8_0000_0000, 0, 0, 0, 0])
  }

  /// The statement before it, the line, the value and the bytes mapped.
  static let results: [(String, String, UInt64, UInt64)] = [
    ("map 0x0 0x0 0x1000 r", "ret 0 mapped=0x1000", 0, 0x1000),
    ("map_range 0x0 0x0 0x1000 r", "ret EADDRINUSE mapped=0x0", 0 &- 98, 0),
    ("unmap 0x0 0x1000", "ret 0x0", 0, 0),
    ("unmap_fast 0 0x0 0x1000", "ret 0x1000", 0x1000, 0),
    ("iova_to_phys 0x0", "ret 0xffffffffffffffde", 0 &- 34, 0),
    ("set_dirty 0x0", "ret ENOENT", 0 &- 2, 0),
    ("read_and_clear_dirty 0 0x0 0x1000 keep", "ret EOPNOTSUPP", 0 &- 95, 0),
  ]

  @Test(arguments: results)
  func aResultIsWrittenAsItsStatementSays(
    _ statement: String, _ line: String, _ value: UInt64, _ mapped: UInt64
  ) throws {
    try expectSame(
      line, [UInt64(EventKind.result.rawValue) | 2 << 32, value, mapped],
      after: "\(Start.domain)\(statement)\n")
  }

  static let layerResults: [(String, String, UInt64)] = [
    ("dma_map 0 0x0 0x1000 to_device", "ret 0xfffff000", 0xffff_f000),
    ("dma_map 0 0x0 0x1000 to_device", "ret DMA_MAPPING_ERROR", .max),
    ("dma_map_sg 0 to_device 0x0:0x1000", "ret DMA_MAPPING_ERROR", .max),
    ("dma_unmap 0", "ret 0x1000", 0x1000),
    ("relax", "ret 0", 0),
    ("relax", "ret ENOMEM", 0 &- 12),
  ]

  @Test(arguments: layerResults)
  func aResultOfTheLayerTo(_ statement: String, _ line: String, _ value: UInt64) throws {
    try expectSame(
      line, [UInt64(EventKind.result.rawValue) | 2 << 32, value, 0],
      after: "\(Start.dma)\(statement)\n")
  }

  @Test func anInitialisationThatFailsHasAnErrno() throws {
    try expectSame("ret EINVAL", [UInt64(EventKind.result.rawValue) | 2 << 32, 0 &- 22, 0])
  }

  @Test func aStorePrintsNothingAndWhatTheLanguageLacksCannotBeRead() throws {
    let store: [UInt64] = [UInt64(EventKind.store.rawValue) | 4 << 32, 1, 2, 3, 4]
    #expect(printed(store, form: .absent) == "")
    let formless: [[UInt64]] = [
      [99 | 1 << 32, 5], [UInt64(EventKind.warn.rawValue) | 1 << 32, 5],
    ]
    for record in formless {
      let text = Start.domain + printed(record, form: .absent)
      #expect(faultOfTrace(Array(text.utf8))?.contains("expected an observation") == true)
    }
  }

  private func printed(_ record: [UInt64], form: ResultForm) -> String {
    var buffer = TextBuffer()
    record.withUnsafeBufferPointer { buffer.appendRecords($0, form: form) }
    return buffer.string
  }

  private func expectSame(
    _ line: String, _ record: [UInt64], after start: String = Start.domain
  ) throws {
    var reader = TraceReader(bytes: Array("\(start)= \(line)\n".utf8), name: "case.iopt")
    var words: [UInt64] = []
    var last: TraceStatement?
    while let statement = try reader.next(appendingTo: &words) { last = statement }
    #expect(last == .observation)
    #expect(words == record)
    #expect(printed(record, form: reader.resultForm) == "= \(line)\n")
  }
}
