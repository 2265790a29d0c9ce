// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Lockstep
import ScenarioLanguage
import Testing

/// The kernel's departures from its contract: each is shown by a scenario of its own, on each
/// subject, so that none stands in the list for nothing.
@Suite struct DepartureTests {
  private static let readWrite: Protection = [.read, .write]
  private static let sv39 = DomainConfiguration(
    format: .riscv64, va: 39, oa: 56, features: [.signExtend, .flushRange, .riscvSvnapot64k])
  private static let amd = DomainConfiguration(
    format: .amdv1, va: 64, oa: 52,
    features: [.dynamicTop, .amdv1EncryptTables, .amdv1ForceCoherence], top: 1)

  private static func map(_ iova: UInt64, _ pa: UInt64, _ length: UInt64) -> Operation {
    .map(iova: iova, pa: pa, length: length, prot: readWrite)
  }

  private static func readDirty(_ iova: UInt64, _ length: UInt64) -> Operation {
    .readAndClearDirty(gather: 0, iova: iova, length: length, keep: false)
  }

  private static func scenario(_ departure: KnownDeparture) -> Scenario {
    switch departure {
    case .wholeEntryRemoved:
      Scenario(
        domain: sv39, operations: [map(0, 0, 0x20_0000), .unmap(iova: 0, length: 0x1000)])
    case .startInsideAnEntry:
      Scenario(
        domain: sv39, operations: [map(0, 0, 0x20_0000), .unmap(iova: 0x1000, length: 0x1f_f000)])
    case .signExtensionOneBitShort:
      Scenario(domain: sv39, operations: [map(0xffff_ff80_0000_0000, 0x1000, 0x1000)])
    case .outputEndUnchecked:
      Scenario(domain: sv39, operations: [map(0, (1 << 56) - 0x1000, 0x2000)])
    case .outputAddressWraps:
      Scenario(
        domain: sv39,
        operations: [map(0, (1 << 56) - 0x1000, 0x2000), .iovaToPhys(iova: 0x1000)])
    case .forbiddenSmallPage:
      Scenario(
        domain: DomainConfiguration(format: .riscv64, va: 39, oa: 56, pageSizes: 0x20_0000),
        operations: [map(0x1000, 0x1000, 0x1000)])
    case .raggedLengthRunsAway:
      Scenario(domain: sv39, operations: [map(0, 0, 0x1800)])
    case .errnoAsAddress:
      Scenario(domain: sv39, operations: [.iovaToPhys(iova: 1 << 39)])
    case .rangeBeyondTheTop:
      Scenario(
        domain: amd, operations: [map(0, 0, 0x1000), .unmap(iova: 0, length: 1 << 40)])
    case .lastItemNotReported:
      Scenario(
        domain: amd,
        operations: [map(0, 0, 0x1_0000), .setDirty(iova: 0xf000), readDirty(0, 0x1_0000)])
    case .reportPastTheEntry:
      Scenario(
        domain: amd,
        operations: [map(0, 0, 0x20_0000), .setDirty(iova: 0), readDirty(0x1000, 0x1000)])
    }
  }

  @Test(arguments: [Subject.swift, .reference], KnownDeparture.allCases)
  func isSeenAndNothingElseIs(_ subject: Subject, _ departure: KnownDeparture) {
    let run = ContractRun(subject)
    #expect(run.run(Self.scenario(departure)) == nil)
    #expect(run.count(departure) > 0)
  }

  /// The length of what is reported does not give it away there: it is a power of two.
  @Test(arguments: [Subject.swift, .reference])
  func theLastOfTwoItemsIsSeenToBeLost(_ subject: Subject) {
    let run = ContractRun(subject)
    let operations = [
      Self.map(0x2000, 0x2000, 0x2000), .setDirty(iova: 0x3000), Self.readDirty(0x2000, 0x2000),
    ]
    #expect(run.run(Scenario(domain: Self.amd, operations: operations)) == nil)
    #expect(run.count(.lastItemNotReported) == 1)
  }
}
