// SPDX-License-Identifier: GPL-2.0-only
import Lab
import Lockstep
import ScenarioLanguage
import Testing

/// Every meter, by its name, on a scenario whose figure was worked out on paper.
@Suite struct EveryMeterTests {
  /// A scenario, how it is run, and the figures, each with how it comes about.
  struct Case: Sendable, CustomTestStringConvertible {
    var title: String
    var driver = "riscv"
    var mode = "strict"
    var text: String
    var figures: [String: UInt64]
    var testDescription: String { title }
  }

  private static let riscv =
    "iopt 2\ndomain format=riscv_64 kernel=7.3 va=48 oa=56 features=sign_extend,flush_range,"
    + "detailed_gather"
  private static let layer =
    "\(riscv)\ndma queue=percpu cpus=1 size=2 timeout=10 mode=fq limit=0xffffffff"

  static let cases = [
    Case(
      title: "Two of three pages go",
      text: """
        \(riscv)
        map 0x1000 0x40001000 0x3000 rw
        unmap 0x1000 0x2000

        """,
      figures: [
        "maps": 1, "unmaps": 1,
        // An IOTINVAL.VMA a page, and one IOFENCE.C; 4 KiB each, as many as went.
        "commands": 2, "waits": 1, "bytes-invalidated": 0x2000, "bytes-changed": 0x2000,
        "invalidated-per-changed": 100,
        // Sv48 has three levels below the top; with that they are 16 KiB.
        "tables-allocated": 3, "table-peak": 4 * 4096,
        "whole-invalidations": 0, "leaves-lost": 0, "tables-freed": 0, "map-failures": 0,
      ]),
    Case(
      title: "A table goes and is wanted again",
      text: """
        \(riscv)
        map 0x0 0x40001000 0x200000 rw
        map 0x200000 0x50001000 0x3000 rw
        unmap 0x0 0x200000
        map 0x0 0x40001000 0x1000 rw

        """,
      figures: [
        // 3 and a second last one; the first went, and came again: 5.
        "tables-allocated": 5, "tables-freed": 1, "tables-wanted-again": 1,
        // One command for everything; 3 pages and the pointers to 3 tables were right.
        "whole-invalidations": 1, "commands": 1, "leaves-lost": 3, "pointers-lost": 3,
        "bytes-invalidated": 0, "bytes-changed": 0x200000, "table-peak": 5 * 4096,
      ]),
    Case(
      title: "A hypervisor keeps a shadow", driver: "shadow",
      text: """
        iopt 2
        domain format=amdv1 kernel=7.3 va=48 oa=52 features=dynamic_top,flush_range_no_gaps,\
        amdv1_encrypt_tables,amdv1_force_coherence top=3 sync_map
        map 0x1000 0x40001000 0x4000 rw
        unmap 0x1000 0x1000

        """,
      // After the map for four pages, after the unmap for one.
      figures: ["traps": 2, "rereads": 5, "bytes-changed": 0x5000]),
    Case(
      title: "A walker that does not snoop", driver: "vtd",
      text: """
        iopt 2
        domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range,dma_incoherent top=3
        map 0x1000 0x40001000 0x1000 rw
        unmap 0x1000 0x1000

        """,
      // The pointers to three tables, the leaf, and its removal.
      figures: ["write-backs": 5, "tables-allocated": 3]),
    Case(
      title: "A map that finds no memory", driver: "vtd",
      text: """
        iopt 2
        domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3
        fail_alloc 1
        map 0x1000 0x40001000 0x1000 rw
        map 0x1000 0x40001000 0x1000 rw

        """,
      figures: ["maps": 2, "map-failures": 1, "tables-allocated": 3]),
    Case(
      title: "A queue and its timer", mode: "fq=4/10",
      text: """
        \(layer)
        dma_map 0 0x40000000 0x2000 to_device
        dma_unmap 0
        tick 4
        tick 20

        """,
      figures: [
        // 8 KiB are queued at 0 ms, and released by the timer at 10 ms.
        "queued": 1, "flushes": 1, "overflows": 0, "largest-flush": 1, "iova-held-peak": 0x2000,
        "iova-held-longest": 10, "window-bytes": 0x2000, "window-byte-ms": 0x2000 * 10,
      ]),
    Case(
      title: "A ring that is full", mode: "fq=2/10",
      text: """
        \(layer)
        dma_map 0 0x40000000 0x1000 to_device
        dma_map 1 0x40001000 0x1000 to_device
        dma_unmap 0
        tick 3
        dma_unmap 1

        """,
      figures: [
        // It holds one; the second finds it full after 3 ms, and waits for nothing until the end.
        "queued": 2, "flushes": 1, "overflows": 1, "largest-flush": 1, "iova-held-longest": 3,
        "window-byte-ms": 0x1000 * 3,
      ]),
    Case(
      title: "A table in a queue", mode: "fq=4/10",
      text: """
        \(layer)
        dma_map 0 0x40001000 0x200000 to_device
        dma_unmap 0

        """,
      figures: ["table-queued-peak": 4096, "tables-freed": 0]),
  ]

  @Test(arguments: cases) func aMeterShowsWhatWasWorkedOut(_ one: Case) throws {
    let cell = try LabFixture.cell(one.text, mode: one.mode, driver: one.driver)
    try #require(cell.isRanked, "\(cell.reason ?? "")")
    for (name, figure) in one.figures {
      let meter = try #require(LabMeter.named(name))
      #expect(meter.value(cell.counts) == figure, "\(name)")
    }
  }

  @Test func everyMeterIsAmongThem() {
    for meter in LabMeter.all {
      #expect(Self.cases.contains { $0.figures[meter.name] ?? 0 > 0 }, "\(meter.name)")
    }
  }
}
