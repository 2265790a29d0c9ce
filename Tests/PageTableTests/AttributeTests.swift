// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// What a word says beside its address: permissions, software bits, encryption.
@Suite struct AttributeTests {
  /// Every combination of permissions, at every page size: the same question gives the same words
  /// again, and what a word says beside its address and size does not depend on either.
  @Test(arguments: Case.all) func permissionsGiveTheSameWordsEveryTime(_ each: Case) throws {
    let domain = try each.open()
    for prot in Self.permissions {
      var attributes: Set<UInt64> = []
      for size in domain.handyPageSizes {
        let pa = domain.someAddress & ~(size - 1)
        let response = domain.run(.map(iova: size, pa: pa, length: size, prot: prot))
        guard response.value == 0 else {
          #expect(response.errno == EINVAL && !prot.isSuperset(of: DirectDomain.readWrite))
          continue
        }
        let leaves = domain.walk().leaves
        attributes.insert(attributeBits(leaves[0].word, each.configuration.domain))
        domain.unmap(size, size)
        domain.map(size, pa, size, prot)
        #expect(domain.walk().leaves == leaves)
        domain.unmap(size, size)
      }
      #expect(attributes.count <= 1, "\(prot): \(attributes.map(hex))")
    }
  }

  /// Read and write are told apart from read alone, wherever read alone is allowed.
  @Test(arguments: Case.all { !$0.features.contains(.vtdssForceWriteable) })
  func writePermissionShows(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0x1000, 0x1000, 4096, [.read])
    domain.map(0x2000, 0x1000, 4096, [.read, .write])
    let words = domain.walk().leaves.map(\.word)
    #expect(words.count == 2 && words[0] != words[1])
  }

  @Test(arguments: Case.all { $0.features.contains(.vtdssForceWriteable) })
  func readAloneIsRefusedWhereWritingIsForced(_ each: Case) throws {
    let domain = try each.open()
    let response = domain.run(.map(iova: 0x1000, pa: 0x1000, length: 4096, prot: [.read]))
    #expect(response.errno == EINVAL)
    #expect(domain.walk().leaves.isEmpty)
  }

  @Test(arguments: Case.all) func accessToNothingIsNoMapping(_ each: Case) throws {
    let domain = try each.open()
    let response = domain.run(.map(iova: 0x1000, pa: 0x1000, length: 4096, prot: [.cache]))
    #expect(response.errno == EINVAL)
    #expect(domain.walk().leaves.isEmpty && domain.liveTables == 1)
  }

  /// On an incoherent walker a link carries a software bit once its table was cleaned; it changes
  /// neither the address nor the leaves.
  @Test(arguments: Case.all { $0.features.contains(.dmaIncoherent) })
  func cleanedLinksCarryTheSoftwareBit(_ each: Case) throws {
    let domain = try each.open()
    let bit = Self.softwareBit(each.configuration.domain.format)
    let response = domain.run(
      .map(iova: 0x20_0000, pa: 0x1000, length: 4096, prot: DirectDomain.readWrite))
    let walk = domain.walk()
    #expect(walk.tables.count == domain.level + 1)
    for table in walk.tables.dropFirst() { #expect(table.link & bit != 0) }
    for leaf in walk.leaves { #expect(leaf.word & bit == 0) }
    #expect(domain.lookup(0x20_0000) == 0x1000)
    // Every link and the leaf were written back, the links' tables made incoherent before.
    #expect(response.records(.incoherent).count == domain.level)
    #expect(response.records(.clean).count >= domain.level + 1)
  }

  @Test(
    arguments: Case.all {
      !$0.features.contains(.dmaIncoherent) && [.vtdss, .x8664].contains($0.format)
    })
  func coherentLinksCarryNone(_ each: Case) throws {
    let domain = try each.open()
    let bit = Self.softwareBit(each.configuration.domain.format)
    let response = domain.run(
      .map(iova: 0x20_0000, pa: 0x1000, length: 4096, prot: DirectDomain.readWrite))
    for table in domain.walk().tables { #expect(table.link & bit == 0) }
    #expect(response.records(.clean).isEmpty)
  }

  /// Links and leaves carry the encryption bit; device memory does not.
  @Test(arguments: Case.all { $0.encryptionBit != nil })
  func encryptionMarksLinksAndLeaves(_ each: Case) throws {
    let domain = try each.open()
    let bit: UInt64 = 1 << UInt64(each.configuration.domain.encryptionBit!)
    domain.map(0x1000, 0x1000, 4096)
    domain.map(0x2000, 0x1000, 4096, [.read, .write, .mmio])
    let walk = domain.walk()
    for table in walk.tables.dropFirst() { #expect(table.link & bit != 0) }
    #expect(walk.leaves.map { $0.word & bit != 0 } == [true, false])
    #expect(domain.lookup(0x1000) == 0x1000 && domain.lookup(0x2000) == 0x1000)
  }

  private static let permissions: [Protection] = (0..<64).map { Protection(rawValue: $0) }
    .filter { !$0.isDisjoint(with: DirectDomain.readWrite) }

  /// VT-d: bit 10 is one of those that 9.8 leaves to software. x86-64: bit 9 (SDM volume 3, 4.5).
  private static func softwareBit(_ format: Format) -> UInt64 {
    format == .x8664 ? 1 << 9 : 1 << 10
  }

  /// What is left of a word without its address and without what codes the size.
  private func attributeBits(
    _ word: UInt64, _ configuration: DomainConfiguration
  ) -> UInt64 {
    var encryption: UInt64 = 0
    if let bit = configuration.encryptionBit { encryption = word & 1 << UInt64(bit) }
    let rest: UInt64 =
      switch configuration.format {
      case .riscv64: word & 0x3ff
      case .amdv1: word & ~0x000f_ffff_ffff_fe00
      default: word & ~0x000f_ffff_ffff_f080
      }
    return rest | encryption
  }
}
