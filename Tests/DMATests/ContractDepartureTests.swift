// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// What the kernel does not keep, on each subject: the contract holds because it knows.
@Suite struct ContractDepartureTests {
  private func departures(
    _ subject: TestSubject, _ operations: [Operation],
    change: (inout Scenario) -> Void = { _ in }
  ) -> Set<String> {
    var scenario = Scenario(
      domain: DomainConfiguration(
        format: .riscv64, va: 39, oa: 56, features: [.signExtend, .flushRange]),
      dma: DMAConfiguration(
        queue: .perCPU, cpus: 1, ringSize: 8, timeout: 10, mode: .strict, limit: .max),
      operations: operations)
    change(&scenario)
    let run = DMAContractRun(subject)
    let finding = run.run(scenario)
    #expect(finding == nil, "\(finding?.report ?? "")")
    #expect(run.operations == scenario.operations.count)
    return run.departures
  }

  private func map(
    _ handle: UInt16, _ pa: UInt64 = 0x8000_0000, _ length: UInt64 = 0x1000
  ) -> Operation {
    .dmaMap(handle: handle, pa: pa, length: length, direction: .toDevice, cpu: 0)
  }

  @Test(arguments: TestSubject.allCases)
  func nothingDepartsInAnOrdinaryLife(_ subject: TestSubject) {
    #expect(
      departures(subject, [map(1), .dmaUnmap(handle: 1, cpu: 0), map(1), .relax(cpu: 0)]) == [])
  }

  @Test(arguments: TestSubject.allCases)
  func unmappedBehindTheLayersBack(_ subject: TestSubject) {
    #expect(
      departures(
        subject,
        [
          map(1), .unmap(iova: 0x3f_ffff_f000, length: 0x1000), .dmaUnmap(handle: 1, cpu: 0),
          map(2),
        ]) == ["unmappedBehindTheLayersBack"])
  }

  @Test(arguments: TestSubject.allCases)
  func unmappedBehindTheLayersBackByAnAlias(_ subject: TestSubject) {
    #expect(
      departures(
        subject,
        [
          map(1), .unmap(iova: 0xffff_ffbf_ffff_f000, length: 0x1000),
          .dmaUnmap(handle: 1, cpu: 0),
        ]) == ["unmappedBehindTheLayersBack"])
  }

  @Test(arguments: TestSubject.allCases)
  func reservedOverAnIOVA(_ subject: TestSubject) {
    #expect(
      departures(
        subject,
        [
          map(1, 0x8000_0000, 0x40000), .reserve(iova: 0x3f_fffc_0000, length: 0x40000),
          .dmaUnmap(handle: 1, cpu: 0), map(2, 0x9000_0000, 0x40000),
        ]) == ["reservedOverAnIOVA"])
  }

  /// 128 KiB below 64 KiB: a range that was cached is far above. Where none is cached, there is none.
  @Test(arguments: TestSubject.allCases, Kernel.allCases)
  func cachedBeyondTheLimit(_ subject: TestSubject, _ kernel: Kernel) {
    func map(_ handle: UInt16, limit: UInt64?) -> Operation {
      .dmaMapPhys(
        handle: handle, pa: 0x8000_0000, length: 0x2_0000, direction: .toDevice, attributes: [],
        limit: limit, cpu: 0)
    }
    let before: [Operation] = [map(1, limit: nil), .dmaUnmapPhysOrSG(handle: 1, cpu: 0)]
    let release: (inout Scenario) -> Void = { $0 = $0.with(kernel) }
    #expect(
      departures(subject, before + [map(2, limit: 0xffff)], change: release)
        == ["cachedBeyondTheLimit"])
    #expect(departures(subject, before + [map(2, limit: 0xf_ffff)], change: release) == [])
    #expect(departures(subject, [map(2, limit: 0xffff)], change: release) == [])
    // The same with the masks the other way about.
    let later = departures(
      subject, [map(1, limit: 0xf_ffff), .dmaUnmapPhysOrSG(handle: 1, cpu: 0), map(2, limit: nil)]
    ) {
      release(&$0)
      $0.dma?.limit = 0xffff
    }
    #expect(later == ["cachedBeyondTheLimit"])
  }

  @Test(arguments: TestSubject.allCases)
  func memoryPastTheOutputWidth(_ subject: TestSubject) {
    #expect(
      departures(subject, [map(1, 0xff_ffff_ffff_f000, 0x2000)])
        == ["memoryPastTheOutputWidth"])
  }

  @Test(arguments: TestSubject.allCases)
  func memoryAtTheEncryptionBit(_ subject: TestSubject) {
    let found = departures(subject, [map(1, 1 << 47)]) { scenario in
      scenario.domain = DomainConfiguration(
        format: .x8664, va: 48, oa: 52, features: [.flushRange, .x8664AMDEncryptTables], top: 3,
        encryptionBit: 47)
    }
    #expect(found == ["memoryAtTheEncryptionBit"])
  }

  @Test(arguments: TestSubject.allCases)
  func addressThatReadsAsAnError(_ subject: TestSubject) {
    let found = departures(subject, [map(1, 0xfff, 1), .dmaUnmap(handle: 1, cpu: 0)]) {
      $0.domain = DomainConfiguration(
        format: .amdv1, va: 64, oa: 52,
        features: [.dynamicTop, .flushRange, .amdv1EncryptTables, .amdv1ForceCoherence], top: 4)
    }
    #expect(found == ["addressThatReadsAsAnError"])
  }

  @Test(arguments: TestSubject.allCases)
  func listThatBeginsEmpty(_ subject: TestSubject) {
    let pieces = [
      ScatterPiece(pa: 0x1000, length: 0), ScatterPiece(pa: 0x8000_0000, length: 0x1000),
    ]
    #expect(
      departures(
        subject,
        [
          .dmaMapSG(handle: 1, direction: .toDevice, pieces: pieces, cpu: 0),
          .dmaUnmap(handle: 1, cpu: 0), map(1),
        ]) == ["listThatBeginsEmpty"])
  }

  @Test(arguments: TestSubject.allCases)
  func listWithEmptyPiece(_ subject: TestSubject) {
    let pieces = [
      ScatterPiece(pa: 0x8000_0000, length: 0x1000), ScatterPiece(pa: 0x1000, length: 0),
      ScatterPiece(pa: 0x9000_0000, length: 0x1000),
    ]
    #expect(
      departures(
        subject,
        [
          .dmaMapSG(handle: 1, direction: .toDevice, pieces: pieces, cpu: 0), map(2),
          .dmaUnmap(handle: 1, cpu: 0), map(1),
        ]) == ["listWithEmptyPiece"])
  }

  @Test(arguments: TestSubject.allCases)
  func listOf4GiB(_ subject: TestSubject) {
    let pieces = [
      ScatterPiece(pa: 0x1_0000_0000, length: 0xffff_f000),
      ScatterPiece(pa: 0x1000, length: 0x2000),
    ]
    #expect(
      departures(
        subject,
        [
          .dmaMapSG(handle: 1, direction: .toDevice, pieces: pieces, cpu: 0),
          .dmaUnmap(handle: 1, cpu: 0), map(1),
        ]) == ["listOf4GiB"])
  }

  @Test(arguments: TestSubject.allCases)
  func timeWrapped(_ subject: TestSubject) {
    #expect(
      departures(
        subject,
        [
          .tick(milliseconds: .max), map(1), .relax(cpu: 0), .dmaUnmap(handle: 1, cpu: 0),
          .tick(milliseconds: 5),
        ]) == ["timeWrapped"])
  }
}
