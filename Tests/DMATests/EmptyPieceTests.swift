// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// Lists with an empty piece behind one that is not, held against what Linux 7.1 was seen to do.
@Suite struct EmptyPieceTests {
  private static let head = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
    = alloc 0x800000000 0x1000
    = info pgsizes=0x40211000 first=0x0 last=0x3fffffffff top=0x800000000 level=2 \
    features=sign_extend,flush_range,riscv_svnapot_64k va=39 oa=56
    dma queue=percpu cpus=2 size=4 timeout=10 mode=strict limit=0xffffffff

    """

  /// Whether a subject does what was recorded.
  private func expectRecorded(_ statements: String, _ subject: TestSubject) throws {
    let engine = Engine([Lane(subject.subject)], [TraceOracle()])
    engine.onFinding = { Issue.record("\($0.report)") }
    let run = FileRun([engine], keepsObservations: true)
    try run.run(TraceReader(bytes: Array((Self.head + statements).utf8), name: "recorded"))
    #expect(engine.tally.judgements > 2)
  }

  @Test(arguments: TestSubject.allCases)
  func whatComesBeforeAnEmptyPieceIsNotMapped(_ subject: TestSubject) throws {
    try expectRecorded(
      """
      dma_map_sg 1 to_device 0x10000:0x1000 0x20000:0x0 0x30000:0x1000
      = iova_alloc 0xfffff000 0x1000
      = alloc 0x800001000 0x1000
      = alloc 0x800002000 0x1000
      = ret 0xfffff000
      = pte 0x800000000 3..3 0x200000401 +0x0
      = pte 0x800001000 511..511 0x200000801 +0x0
      = pte 0x800002000 511..511 0xc05b +0x0
      dma_unmap 1
      = warn
      = sync 0xfffff000 0xffffffff
      = iova_free 0xfffff000 0x2000
      = ret 0x1000
      = pte 0x800002000 511..511 0x0 +0x0

      """, subject)
  }

  @Test(arguments: TestSubject.allCases)
  func aListThatEndsEmptyIsMappedAt0AndFreesThePageThere(_ subject: TestSubject) throws {
    try expectRecorded(
      """
      dma_map_sg 0 to_device 0x10000:0x1000 0x20000:0x0
      = ret 0x0
      dma_map_sg 4 bidirectional 0x10000:0x2000 0x12000:0x0 0x12000:0x2000 0x20000:0x0
      = ret 0x0
      dma_unmap 0
      = warn
      = sync 0x0 0xffffffffffffffff
      = iova_free 0x0 0x1000
      = ret 0x0
      dma_unmap 4
      = warn
      = sync 0x0 0xffffffffffffffff
      = iova_free 0x0 0x2000
      = ret 0x0
      dma_map 6 0x5000 0x1000 to_device
      = iova_alloc 0xfffff000 0x1000
      = alloc 0x800001000 0x1000
      = alloc 0x800002000 0x1000
      = ret 0xfffff000
      = pte 0x800000000 3..3 0x200000401 +0x0
      = pte 0x800001000 511..511 0x200000801 +0x0
      = pte 0x800002000 511..511 0x145b +0x0

      """, subject)
  }

  /// The second piece takes its length less the 0x3000 bytes that come before the empty one.
  @Test(arguments: TestSubject.allCases)
  func thePieceBeforeAnEmptyOneIsMappedWithTheWrappedPadding(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.limit = 0xffff_ffff }
    let records = domain.mapList(
      0, [(0x4000_0000, 0x2000), (0x8000_1000, 0x1000), (0x5000, 0), (0x7000, 0x1000)])
    guard case .returned(let address) = records.last else {
      Issue.record("\(records)")
      return
    }
    #expect(records.first == .allocated(address, 0x1000))
    #expect(domain.translate(address) == 0x4000_0000)
    #expect(domain.translate(address &+ 0x2000) == 0x8000_1000)
    #expect(domain.translate(address &+ 0xf000_0000) == 0x8000_1000 + 0xefff_e000)
    #expect(domain.translate(address &+ 0x2000 &+ 0xffff_e000) == 0x7000)
    #expect(domain.unmap(0).last == .returned(0x3000))
    #expect(domain.translate(address &+ 0x2000) == 0)
    #expect(domain.translate(address &+ 0x3000) == 0x8000_2000)
  }
}
