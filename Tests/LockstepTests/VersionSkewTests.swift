// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep

/// `S,skew`: a host that was built with another version of the ABI.
@Suite struct VersionSkewTests {
  private static let texts = [
    """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range
    map 0x10000 0x1000 0x3000 rw
    gather 1 queued
    unmap_fast 1 0x10000 0x1000
    flush 1
    map 0x1 0x1000 0x1000 rw

    """,
    """
    iopt 1
    domain format=amdv1 va=48 oa=52 features=flush_range top=3 build=debug
    dma queue=single cpus=2 size=4 timeout=10 mode=fq limit=0xffffffff pci32
    dma_map 1 0x1000 0x1000 to_device cpu=1
    dma_map_sg 2 from_device 0x1000:0x1000 0x9000:0x2000
    dma_unmap 1 cpu=0
    relax
    tick 10

    """,
    """
    iopt 2
    domain format=x86_64 kernel=7.3 va=48 oa=52 features=flush_range top=3
    dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffffff
    dma_map 0 0x1000 0x2000 bidirectional attrs=mmio
    dma_iova_alloc 1 0x4000 0x4000
    dma_iova_link 1 0x0 0x4000 0x1000 to_device
    dma_iova_sync 1 0x0 0x1000
    dma_iova_destroy 1 0x1000
    dma_unmap 0

    """,
  ]

  @Test(arguments: texts) func bothSidesRefuseWhatTheyCannotKnowAndDoTheRestAlike(
    _ text: String
  ) throws {
    let scenario = try #require(
      try readScenarios(bytes: Array(text.utf8), name: "case").first?.scenario)
    let skewed = Engine.comparing(Lane(.swift, host: .skews), Lane(.reference, host: .skews))
    let plain = Engine.comparing(Lane(.swift), Lane(.reference))
    #expect(skewed.run(scenario) == nil && plain.run(scenario) == nil)
    #expect(skewed.tally.statements == plain.tally.statements && skewed.tally.statements > 4)
    #expect(skewed.tally.refused == 0)
  }

  /// One is long or short by chance: both come, and a subject that looks behind them would not be the
  /// same as one that is given the struct itself.
  @Test func structsComeInBothSizesWithRubbishBehindThem() {
    let host = Host()
    let skew = VersionSkew(.swift, host)
    var operation = iopt_op()
    operation.size = UInt32(MemoryLayout<iopt_op>.size)
    operation.kind = IOPT_OP_MAP.rawValue
    var sizes: Set<UInt32> = []
    for _ in 0..<64 {
      _ = skew.lend(&operation) { lent in
        sizes.insert(lent.pointee.size)
        let bytes = UnsafeRawPointer(lent)
        #expect(bytes.load(fromByteOffset: Int(lent.pointee.size), as: UInt8.self) == 0xa5)
        return IOPT_DONE.rawValue
      }
    }
    #expect(sizes == [UInt32(IOPT_OP_SIZE_1), UInt32(MemoryLayout<iopt_op>.size) + 32])
    operation.kind = IOPT_OP_DMA_IOVA_LINK.rawValue
    _ = skew.lend(&operation) { lent in
      #expect(lent.pointee.size >= UInt32(MemoryLayout<iopt_op>.size))
      return IOPT_DONE.rawValue
    }
    let isMisused = host.state.pointee.isMisused
    #expect(!isMisused)
  }

  @Test(arguments: [
    ("kind=1000 is not known", true), ("operation kind: 0x3e8", true),
    ("kind=100 is not known", false),
    ("no", false), ("", false), ("gather=1000", false), ("kind=1000x", true),
  ])
  func aReasonNamesMemberAndValueInEitherNotation(_ reason: String, _ isNamed: Bool) {
    let request = UnknownRequest("kind", UInt32(1000), iopt_op()) { $0.kind = 1000 }
    #expect(request.isNamed(by: reason) == isNamed)
  }

  /// Nothing that is asked beside is a number that there is.
  @Test func whatIsAskedForIsInNoVersion() {
    var numbers = UnknownNumbers(seed: 7)
    var members: Set<String> = []
    for hasLayer in [false, true] {
      for _ in 0..<200 {
        let requests = UnknownRequest<iopt_op>.operations(
          Subject.reference.capabilities, hasLayer: hasLayer, &numbers)
        for request in requests {
          members.insert("\(request.member)")
          #expect(!isKnown(request.body, hasLayer), "\(request)")
        }
      }
    }
    #expect(
      members == ["kind", "size", "prot", "gather", "flag", "dir", "attrs", "has_limit"])
  }

  private func isKnown(_ operation: iopt_op, _ hasLayer: Bool) -> Bool {
    guard (1..<IOPT_OP_KINDS_2.rawValue).contains(operation.kind) else { return false }
    let isLater = operation.kind >= IOPT_OP_KINDS.rawValue
    let least = isLater ? MemoryLayout<iopt_op>.size : Int(IOPT_OP_SIZE_1)
    let isInRange =
      operation.prot < 64 && operation.gather < IOPT_GATHER_COUNT && operation.flag < 2
      && operation.dir < 3 && operation.attrs < 8 && operation.has_limit < 2
    guard operation.size >= least, isInRange else { return false }
    return hasLayer || !Operation(operation).needsDMA
  }
}
