// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// Numbers that a subject does not know are refused with the member and the value, and nothing is
/// done for them.
@Suite struct UnknownNumberTests {
  struct UnknownMember: Sendable, CustomStringConvertible {
    /// Both must be in the reason.
    let member: String
    let value: String
    let change: @Sendable (inout iopt_config) -> Void
    var description: String { "\(member) \(value)" }
  }

  private static let members: [UnknownMember] = [
    UnknownMember(member: "format", value: "4") { $0.format = 4 },
    UnknownMember(member: "format", value: "4294967295") { $0.format = .max },
    UnknownMember(member: "build", value: "2") { $0.build = 2 },
    UnknownMember(member: "gather", value: "9") { $0.gather = 9 },
    UnknownMember(member: "gather", value: "32") { $0.gather = 32 },
    UnknownMember(member: "features", value: "0x4000") { $0.features |= 1 << 14 },
    UnknownMember(member: "features", value: "0x80000000") { $0.features = 1 << 31 },
    // detailed_gather, riscv_svpbmt: not before 7.2
    UnknownMember(member: "features", value: "0x1000") { $0.features |= 1 << 12 },
    UnknownMember(member: "features", value: "0x2000") { $0.features |= 1 << 13 },
    UnknownMember(member: "kernel", value: "4") { $0.kernel = IOPT_KERNEL_7_3.rawValue + 1 },
    UnknownMember(member: "kernel", value: "40") { $0.kernel = 40 },
    UnknownMember(member: "sync_map", value: "2") { $0.sync_map = 2 },
    UnknownMember(member: "policy", value: "4") { $0.policy = 4 },
    UnknownMember(member: "has_dma", value: "2") { $0.has_dma = 2 },
    UnknownMember(member: "dma_magazine", value: "128") { $0.dma_magazine = 128 },
    UnknownMember(member: "queue", value: "2") { $0.dma.queue = 2 },
    UnknownMember(member: "mode", value: "7") { $0.dma.mode = 7 },
    UnknownMember(member: "pci32", value: "2") { $0.dma.pci32 = 2 },
    UnknownMember(member: "cpus", value: "0") { $0.dma.cpus = 0 },
    UnknownMember(member: "cpus", value: "257") { $0.dma.cpus = 257 },
    UnknownMember(member: "ring_size", value: "3") { $0.dma.ring_size = 3 },
    UnknownMember(member: "ring_size", value: "131072") { $0.dma.ring_size = 1 << 17 },
  ]

  @Test(arguments: BuiltIn.allCases, members)
  func inAConfigurationTheyAreRefused(_ subject: BuiltIn, _ unknown: UnknownMember) {
    let domain = EdgeDomain(subject, .ours, unknown.change)
    #expect(domain.opened == IOPT_REFUSED.rawValue)
    let reason = subject.refusal
    #expect(reason.hasPrefix(unknown.member) && reason.contains(unknown.value), "\(reason)")
    #expect(domain.host.takeWords().isEmpty && domain.host.liveTables == 0)
  }

  @Test(arguments: BuiltIn.allCases)
  func theReleaseThatVersion1MeansIsKnown(_ subject: BuiltIn) {
    let domain = EdgeDomain(subject, .ours) { $0.kernel = IOPT_KERNEL_7_1.rawValue }
    #expect(domain.opened == IOPT_DONE.rawValue)
  }

  /// A feature of another format fails initialisation, in both builds, as one that the format does not
  /// have.
  @Test(arguments: BuiltIn.allCases, [IOPT_BUILD_PRODUCTION.rawValue, IOPT_BUILD_DEBUG.rawValue])
  func featuresOfOtherFormatsAreNotSupported(_ subject: BuiltIn, _ build: UInt32) {
    for bit in [
      IOPT_FEATURE_RISCV_SVNAPOT_64K, IOPT_FEATURE_AMDV1_ENCRYPT_TABLES,
      IOPT_FEATURE_AMDV1_FORCE_COHERENCE, IOPT_FEATURE_VTDSS_FORCE_COHERENCE,
      IOPT_FEATURE_VTDSS_FORCE_WRITEABLE, IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES,
    ] {
      let domain = EdgeDomain(subject, .ours) {
        $0.build = build
        $0.features |= bit.rawValue
      }
      let isOwn = bit == IOPT_FEATURE_RISCV_SVNAPOT_64K
      #expect(
        domain.opened == (isOwn ? IOPT_DONE : IOPT_FAILED).rawValue, "feature \(bit.rawValue)")
      if isOwn { continue }
      #expect(domain.host.takeWords() == [UInt64(IOPT_EVENT_RET.rawValue) | 2 << 32, 0 &- 95, 0])
    }
  }

  /// The members of the layer count only with a layer.
  @Test(arguments: BuiltIn.allCases)
  func whatIsNotAskedForIsNotLookedAt(_ subject: BuiltIn) {
    let domain = EdgeDomain(subject, .ours) {
      $0.has_dma = 0
      $0.dma.mode = 7
      $0.dma_magazine = 4
    }
    #expect(domain.opened == IOPT_DONE.rawValue)
  }

  struct UnknownOperation: Sendable, CustomStringConvertible {
    let reason: String
    let kind: iopt_op_kind
    let change: @Sendable (inout iopt_op) -> Void
    var description: String { reason }

    init(
      _ reason: String, _ kind: iopt_op_kind,
      _ change: @escaping @Sendable (inout iopt_op) -> Void = { _ in }
    ) {
      self.reason = reason
      self.kind = kind
      self.change = change
    }
  }

  private static let operations =
    [
      UnknownOperation("prot=0x40 ", IOPT_OP_MAP) { $0.prot = 0x40 },
      UnknownOperation("prot=0x80000003 ", IOPT_OP_MAP_RANGE) { $0.prot = 0x8000_0003 },
      UnknownOperation("gather=4 ", IOPT_OP_GATHER) { $0.gather = 4 },
      UnknownOperation("gather=9 ", IOPT_OP_FLUSH) { $0.gather = 9 },
      UnknownOperation("gather=9 ", IOPT_OP_UNMAP_FAST) { $0.gather = 9 },
      UnknownOperation("gather=4294967295 ", IOPT_OP_READ_AND_CLEAR_DIRTY) { $0.gather = .max },
      UnknownOperation("flag=2 ", IOPT_OP_GATHER) { $0.flag = 2 },
      UnknownOperation("flag=4294967295 ", IOPT_OP_READ_AND_CLEAR_DIRTY) { $0.flag = .max },
      UnknownOperation("dir=3 ", IOPT_OP_DMA_MAP) { $0.dir = 3 },
      UnknownOperation("dir=9 ", IOPT_OP_DMA_MAP_SG) { $0.dir = 9 },
    ]
    + [
      0, IOPT_OP_FAIL_ALLOC.rawValue, IOPT_OP_FAIL_FQ.rawValue, IOPT_OP_KINDS_2.rawValue, 1000,
      .max,
    ].map { UnknownOperation("operation kind=\($0) is not known", iopt_op_kind($0)) }

  /// Maps a buffer, unmaps it and lets the queue go round, with `between` in all gaps.
  private func words(_ subject: BuiltIn, _ between: (EdgeDomain) -> Void) throws -> [UInt64] {
    let domain = EdgeDomain(subject)
    try #require(domain.opened == IOPT_DONE.rawValue)
    for kind in [IOPT_OP_DMA_MAP, IOPT_OP_MAP, IOPT_OP_UNMAP_FAST, IOPT_OP_DMA_UNMAP, IOPT_OP_TICK]
    {
      between(domain)
      let status = domain.run(kind) {
        $0.pa = 0x8000
        $0.iova = 0x1000
        $0.len = 0x2000
        $0.prot = 3
      }
      #expect(status == IOPT_DONE.rawValue)
    }
    between(domain)
    domain.run(IOPT_OP_FLUSH)
    return domain.host.takeWords()
  }

  @Test(arguments: BuiltIn.allCases, operations)
  func inAnOperationTheyAreRefusedAndLeaveNothingBehind(
    _ subject: BuiltIn, _ unknown: UnknownOperation
  ) throws {
    let plain = try words(subject) { _ in }
    let disturbed = try words(subject) { domain in
      let tables = domain.host.liveTables
      let status = domain.run(unknown.kind) {
        $0.iova = 0x7000
        $0.pa = 0x7000
        $0.len = 0x1000
        $0.prot = 3
        unknown.change(&$0)
      }
      #expect(status == IOPT_REFUSED.rawValue)
      #expect(subject.refusal.hasPrefix(unknown.reason), "\(subject.refusal)")
      #expect(domain.host.liveTables == tables)
    }
    #expect(plain.count > 20)
    #expect(disturbed == plain)
  }

  private static let layerOperations = [
    IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_UNMAP, IOPT_OP_RELAX, IOPT_OP_TICK,
    IOPT_OP_RESERVE, IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_UNMAP_PHYS_OR_SG,
    IOPT_OP_DMA_IOVA_ALLOC, IOPT_OP_DMA_IOVA_LINK, IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK,
    IOPT_OP_DMA_IOVA_DESTROY, IOPT_OP_DMA_IOVA_FREE,
  ]

  @Test(arguments: BuiltIn.allCases, layerOperations.map(\.rawValue))
  func withoutALayerItsOperationsAreRefusedForThat(_ subject: BuiltIn, _ kind: UInt32) {
    let domain = EdgeDomain(subject, .ours) { $0.has_dma = 0 }
    #expect(domain.opened == IOPT_DONE.rawValue)
    #expect(domain.run(iopt_op_kind(kind)) { _ in } == IOPT_REFUSED.rawValue)
    #expect(
      subject.refusal == "operation kind=\(kind) needs a DMA layer, the domain has none")
  }

  /// Kernels of rows, rows behind the last one.
  @Test(arguments: [UInt64(4), 9 << 8, 1 << 44, 1 << 63])
  func rowsThatAreNotKnownAreRefused(_ rows: UInt64) {
    let domain = EdgeDomain(.swift, .ours) { $0.rows = rows }
    #expect(domain.opened == IOPT_REFUSED.rawValue)
    #expect(BuiltIn.swift.refusal == "rows=0x\(String(rows, radix: 16)) is not known")
  }

  @Test func whatAVersion2OperationCannotSayIsRefused() {
    let domain = EdgeDomain(.swift, .ours) {
      $0.kernel = IOPT_KERNEL_7_3.rawValue
      $0.features |= IOPT_FEATURE_DETAILED_GATHER.rawValue
    }
    #expect(domain.opened == IOPT_DONE.rawValue)
    for change in [{ $0.attrs = 8 }, { $0.has_limit = 2 }, { $0.dir = 3 }]
      as [(inout iopt_op) -> Void]
    {
      let status = domain.run(IOPT_OP_DMA_MAP_PHYS) {
        $0.len = 0x1000
        change(&$0)
      }
      #expect(status == IOPT_REFUSED.rawValue)
    }
  }

  private static let layerKinds = [
    IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_UNMAP, IOPT_OP_RELAX, IOPT_OP_TICK,
    IOPT_OP_RESERVE,
  ].map(\.rawValue)

  @Test(arguments: BuiltIn.allCases, layerKinds)
  func operationsOfALayerThatIsNotThereAreRefused(_ subject: BuiltIn, _ kind: UInt32) {
    let domain = EdgeDomain(subject, .ours) { $0.has_dma = 0 }
    _ = domain.host.takeWords()
    #expect(domain.run(iopt_op_kind(kind)) { $0.len = 0x1000 } == IOPT_REFUSED.rawValue)
    #expect(subject.refusal.hasPrefix("operation kind=\(kind) needs a DMA layer"))
    #expect(domain.host.takeWords().isEmpty)
  }
}
