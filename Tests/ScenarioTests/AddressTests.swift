// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// Which addresses are canonical, and which memory has the encryption bit: what all who judge ask.
@Suite struct AddressTests {
  @Test func anAddressIsCanonicalWhoseUpperBitsAreAlike() {
    let sv39 = CanonicalAddresses(width: 39, signExtends: true)
    for iova: UInt64 in [0, 0x3f_ffff_ffff, 0xffff_ffc0_0000_0000, .max] {
      #expect(sv39.contains(iova), "\(iova)")
    }
    for iova: UInt64 in [0x40_0000_0000, 0xffff_ff80_0000_0000, 0xffff_ffbf_ffff_ffff, 1 << 63] {
      #expect(!sv39.contains(iova), "\(iova)")
    }
    #expect(sv39.extended(0x40_0000_0000) == 0xffff_ffc0_0000_0000)
    #expect(sv39.extended(0x3f_ffff_f000) == 0x3f_ffff_f000)
  }

  @Test func aRangeIsCanonicalWithinOneHalf() {
    let sv39 = CanonicalAddresses(width: 39, signExtends: true)
    #expect(sv39.contains(0, through: 0x3f_ffff_ffff))
    #expect(sv39.contains(0xffff_ffc0_0000_0000, through: .max))
    #expect(!sv39.contains(0, through: 0x40_0000_0000))
    #expect(!sv39.contains(0, through: .max))
  }

  @Test(arguments: [(64, true), (39, false), (64, false)])
  func whereNothingIsExtendedAnyAddressWillDo(width: Int, signExtends: Bool) {
    let all = CanonicalAddresses(width: width, signExtends: signExtends)
    for iova: UInt64 in [0, 1 << 38, 1 << 63, .max] {
      #expect(all.contains(iova) && all.extended(iova) == iova)
    }
  }

  @Test func memoryReachesABitThatAnyOfItsBytesHas() {
    let bit: UInt64 = 1 << 36
    for (pa, length): (UInt64, UInt64) in [
      (bit, 1), (bit - 0x1000, 0x1001), (0, bit + 1), (bit * 5, 0x1000), (.max, 2),
    ] {
      #expect(AskedMemory(pa: pa, length: length).reaches(bit), "\(pa) \(length)")
    }
    for (pa, length): (UInt64, UInt64) in [
      (0, bit), (bit - 0x1000, 0x1000), (bit * 2, bit), (bit, 0),
    ] {
      #expect(!AskedMemory(pa: pa, length: length).reaches(bit), "\(pa) \(length)")
    }
  }

  @Test func onlyLargeMemoryMayHideItsSize() {
    let bit: UInt64 = 1 << 36
    #expect(AskedMemory(pa: 0, length: bit * 2).mayHideSize(bit))
    #expect(!AskedMemory(pa: bit, length: bit).mayHideSize(bit))
    #expect(!AskedMemory(pa: 0, length: bit).mayHideSize(bit))
    #expect(!AskedMemory().mayHideSize(bit))
  }

  @Test func whatAnOperationAsksForIsAllOfItsPieces() {
    let bit: UInt64 = 1 << 36
    let list = Operation.dmaMapSG(
      handle: 0, direction: .bidirectional,
      pieces: [ScatterPiece(pa: 0x1000, length: 0x1000), ScatterPiece(pa: bit, length: 0x1000)],
      cpu: 0)
    #expect(asked(list).reaches(bit) && asked(list).lowest == 0x1000)
    #expect(asked(.map(iova: 0, pa: bit, length: 0x1000, prot: .read)).reaches(bit))
    #expect(!asked(.unmap(iova: bit, length: 0x1000)).reaches(bit))
  }

  private func asked(_ operation: Operation) -> AskedMemory {
    var scenario = Scenario(domain: DomainConfiguration(format: .amdv1, va: 64, oa: 52))
    scenario.operations = [operation]
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    return AskedMemory(UnsafePointer(lowered.operations))
  }
}
