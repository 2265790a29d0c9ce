// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import ScenarioLanguage

@Suite("The exact form of an input")
struct ExactFormTests {
  @Test("keeps every operation at the ends of its ranges")
  func tableOperations() {
    var operations: [Operation] = [
      .gather(3, queued: true), .gather(0, queued: false), .iotlbSync(gather: 2),
      .flush(gather: 1), .failAlloc(countdown: .max), .failAlloc(countdown: 0),
    ]
    for value in [0, 1, 0x1234_5678_9abc_def0, UInt64.max] {
      operations += [
        .map(iova: value, pa: ~value, length: value, prot: Protection(rawValue: 63)),
        .mapRange(iova: ~value, pa: value, length: ~value, prot: []),
        .unmap(iova: value, length: ~value),
        .unmapFast(gather: 3, iova: value, length: value),
        .iovaToPhys(iova: value), .setDirty(iova: value),
        .readAndClearDirty(gather: 2, iova: value, length: value, keep: true),
        .readAndClearDirty(gather: 1, iova: value, length: value, keep: false),
      ]
    }
    check(Scenario(domain: smallDomain, operations: operations))
  }

  @Test("keeps every operation of the DMA layer")
  func dmaOperations() {
    let dma = DMAConfiguration(
      queue: .single, cpus: 256, ringSize: 65536, timeout: .max, mode: .flushQueue, limit: 0,
      pci32: true)
    let list = (0..<300).map { ScatterPiece(pa: ~0xfff &- UInt64($0) << 12, length: 0xffff_f000) }
    check(
      Scenario(
        domain: smallDomain, dma: dma,
        operations: [
          .dmaMap(handle: 65535, pa: .max, length: 1 << 48, direction: .fromDevice, cpu: 255),
          .dmaMap(handle: 0, pa: 0, length: 1, direction: .bidirectional, cpu: 0),
          .dmaMapSG(handle: 258, direction: .toDevice, pieces: list, cpu: 7),
          .dmaMapSG(
            handle: 1, direction: .toDevice, pieces: [ScatterPiece(pa: 0, length: 0)], cpu: 0),
          .dmaUnmap(handle: 65535, cpu: 255), .relax(cpu: 200), .failFQ,
          .tick(milliseconds: .max), .reserve(iova: 0, length: .max),
          .reserve(iova: .max, length: 1), .reserve(iova: 1, length: .max),
          .map(iova: 1, pa: 2, length: 3, prot: .mmio), .unmap(iova: 5, length: 6),
          .iovaToPhys(iova: 9), .setDirty(iova: 10), .failAlloc(countdown: 3),
        ]))
  }

  @Test("keeps every operation and line of version 2", arguments: Kernel.allCases)
  func version2(kernel: Kernel) {
    var domain = smallDomain
    domain.kernel = kernel
    domain.hasSyncMap = true
    domain.policy = [.syncTables, .eager, .keep][Int(kernel.rawValue) % 3]
    domain.features.formUnion(domain.format.expressibleFeatures(of: kernel))
    let dma = DMAConfiguration(
      queue: .single, cpus: 256, mode: .strict, limit: 1, magazine: 127, failMagazine: .max)
    let list = (0..<9).map { ScatterPiece(pa: UInt64($0) << 12, length: 0xffff_f000) }
    var operations: [Operation] = [
      .dmaMapSGAttrs(handle: 7, direction: .fromDevice, pieces: list, limit: nil, cpu: 255),
      .dmaMapSGAttrs(handle: 7, direction: .toDevice, pieces: list, limit: .max, cpu: 0),
      .dmaUnmapPhysOrSG(handle: 65535, cpu: 255), .dmaIOVAFree(handle: 9, cpu: 3), .relax(cpu: 1),
      .map(iova: 1, pa: 2, length: 3, prot: .mmio), .reserve(iova: 1, length: 2),
    ]
    for value in [1, 0x1234_5678_9abc, UInt64.max] {
      let attributes = DMAAttributes(rawValue: UInt32(value & 7))
      operations += [
        .dmaMapPhys(
          handle: 3, pa: value, length: 1 << 48, direction: .toDevice, attributes: attributes,
          limit: value == 1 ? nil : value, cpu: 9),
        .dmaIOVAAlloc(handle: 4, pa: value, length: value, limit: 0, cpu: 200),
        .dmaIOVALink(
          handle: 5, offset: value, pa: ~value, length: value, direction: .fromDevice,
          attributes: attributes),
        .dmaIOVASync(handle: 6, offset: ~value, length: value),
        .dmaIOVAUnlink(handle: 6, offset: value, length: value),
        .dmaIOVADestroy(handle: 6, length: ~value, cpu: 8),
      ]
    }
    check(Scenario(domain: domain, dma: dma, operations: operations))
    check(Scenario(domain: domain))
  }

  @Test("keeps every driver", arguments: DriverName.allCases)
  func drivers(name: DriverName) {
    for mask in [nil] + (0...63).map(Optional.some) as [UInt8?] {
      for hasATS in [false, true] {
        var domain = smallDomain
        domain.kernel = .linux7_3
        domain.driver = DriverChoice(name, largestMask: mask, hasATS: hasATS)
        check(
          Scenario(
            domain: domain, operations: [.unmap(iova: 1, length: 2), .iovaToPhys(iova: 3)]))
      }
    }
  }

  @Test("reads a driver's word behind a release word alone")
  func driverWord() {
    let release: [UInt64] = [0xd8, 0x0000_0000_010a_06d9]
    let named = decode(bytes([0] + release + [0x00]))
    #expect(named.domain.driver == DriverChoice(.vtd, largestMask: 9, hasATS: true))
    #expect(named.operations.count == 1)
    let unnamed = decode(bytes([0, release[1], release[0]]))
    #expect(unnamed.domain.driver == nil && unnamed.domain.kernel == nil)
    #expect(unnamed.operations.count == 2)
    // A number that is nobody's yet.
    let later = decode(bytes([0, release[0], 0x0000_0000_0000_fcd9]))
    #expect(later.domain.driver == DriverChoice(.amd))
  }

  private func bytes(_ words: [UInt64]) -> [UInt8] {
    words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
  }

  @Test("says what any bytes behind a release word come to in text that reads back")
  func randomVersion2() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<300 {
      var bytes: [UInt8] = (0..<240).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      bytes[7] = 0
      bytes[8] = 0xd8
      if random.oneIn(2) { bytes[16] = 0xd9 }
      let scenario = decode(bytes)
      #expect(scenario.domain.version == 2)
      let read = try readScenarios(bytes: Array(scenario.text.utf8), name: "text")
      #expect(read.map(\.scenario) == [scenario])
      check(scenario)
    }
  }

  @Test("keeps every argument of the domain line", arguments: Format.allCases)
  func domains(format: Format) {
    for features in [[], format.expressibleFeatures, .flushRange] as [Features] {
      for gather in [nil, .merged, .original, .alwaysAdd, .proposed] as [GatherRevision?] {
        let domain = DomainConfiguration(
          format: format, va: 255, oa: 0, features: features, top: format.takesTop ? .max : nil,
          pageSizes: gather == nil ? nil : .max, encryptionBit: gather == nil ? 36 : 63,
          build: .debug, gather: gather)
        check(Scenario(domain: domain))
      }
    }
    check(Scenario(domain: DomainConfiguration(format: format, va: 0, oa: 255, top: top(format))))
  }

  @Test("keeps what the generator makes", arguments: ScenarioGenerator.Layer.allCases)
  func generated(layer: ScenarioGenerator.Layer) {
    var generator = ScenarioGenerator(seed: 11, layer: layer)
    for _ in 0..<100 { check(generator.next()) }
  }

  private var smallDomain: DomainConfiguration {
    DomainConfiguration(format: .riscv64, va: 39, oa: 56, features: [.signExtend])
  }

  private func top(_ format: Format) -> UInt32? { format.takesTop ? 0 : nil }

  private func check(_ scenario: Scenario, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(decode(encode(scenario)) == scenario, sourceLocation: sourceLocation)
  }
}
