// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// Structs of another version's size: larger and smaller ones are read as far as they reach, and
/// nothing behind that.
@Suite struct StructSizeTests {
  /// What a domain logs over a run that visits every kind of operation that version 1 has.
  private func words(_ subject: BuiltIn, _ sizes: StructSizes) throws -> [UInt64] {
    let domain = EdgeDomain(subject, sizes)
    try #require(domain.opened == IOPT_DONE.rawValue, "\(subject.refusal)")
    for kind in IOPT_OP_MAP.rawValue..<IOPT_OP_KINDS.rawValue
    where kind != IOPT_OP_FAIL_ALLOC.rawValue && kind != IOPT_OP_FAIL_FQ.rawValue {
      let piece = iopt_piece(pa: 0x9000, len: 0x2000)
      let status = withUnsafePointer(to: piece) { piece in
        domain.run(iopt_op_kind(kind)) {
          $0.iova = 0x4000
          $0.pa = 0x8000
          $0.len = 0x3000
          $0.prot = 3
          $0.pieces = piece
          $0.piece_count = 1
          if kind == IOPT_OP_DMA_MAP_SG.rawValue { $0.handle = 1 }
          if kind == IOPT_OP_MAP_RANGE.rawValue { $0.iova = 0x8000 }
          if kind == IOPT_OP_RESERVE.rawValue { $0.iova = 0x10_0000 }
        }
      }
      #expect(status == IOPT_DONE.rawValue, "kind \(kind): \(subject.refusal)")
    }
    return domain.host.takeWords()
  }

  /// Smaller structs end where memory ends, so reading on would be seen.
  @Test(arguments: BuiltIn.allCases, [StructSizes.version1, .larger])
  func structsOfAnotherVersionAreReadAsFarAsTheyReach(
    _ subject: BuiltIn, _ sizes: StructSizes
  ) throws {
    let ours = try words(subject, .ours)
    #expect(ours.count > 100)
    #expect(try words(subject, sizes) == ours)
  }

  /// A struct may also end between two members.
  @Test(arguments: BuiltIn.allCases)
  func amongMembersThatWereAppendedEachIsReadByItself(_ subject: BuiltIn) {
    let sizes = StructSizes(
      configuration: MemoryLayout<iopt_config>.offset(of: \.dma_magazine)!)
    let plain = EdgeDomain(subject, sizes)
    #expect(plain.opened == IOPT_DONE.rawValue)
    let asked = EdgeDomain(subject, sizes) { $0.sync_map = 2 }
    #expect(asked.opened == IOPT_REFUSED.rawValue)
    #expect(subject.refusal.contains("sync_map=2"))
  }

  private static let tooSmall: [(String, StructSizes)] = [
    ("iopt_host has 88 bytes, version 1 has 96", StructSizes(host: 88)),
    ("iopt_config has 88 bytes, version 1 has 96", StructSizes(configuration: 88)),
    ("iopt_config has 8 bytes, version 1 has 96", StructSizes(configuration: 8)),
  ]

  @Test(arguments: BuiltIn.allCases, tooSmall)
  func aSizeBelowVersion1IsRefused(_ subject: BuiltIn, _ each: (String, StructSizes)) {
    let domain = EdgeDomain(subject, each.1)
    #expect(domain.opened == IOPT_REFUSED.rawValue)
    #expect(subject.refusal == each.0)
    #expect(domain.host.takeWords().isEmpty && domain.host.liveTables == 0)
  }

  @Test(arguments: BuiltIn.allCases)
  func anOperationBelowVersion1IsRefused(_ subject: BuiltIn) {
    for size in [8, 64] {
      let domain = EdgeDomain(subject, StructSizes(operation: size))
      _ = domain.host.takeWords()
      #expect(domain.run(IOPT_OP_MAP) { $0.len = 0x1000 } == IOPT_REFUSED.rawValue)
      #expect(subject.refusal == "iopt_op has \(size) bytes, version 1 has 72")
      #expect(domain.host.takeWords().isEmpty)
    }
  }
}
