// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

@testable import ScenarioLanguage

/// Inputs that are changed for a domain of which they say nothing: the operations are those that it
/// has, whatever the input's own header says.
@Suite struct ForcedDomainTests {
  private static let head = Scenario(
    domain: {
      var domain = DomainConfiguration(format: .vtdss, va: 48, oa: 52, top: 3)
      domain.kernel = .linux7_3
      return domain
    }(),
    dma: DMAConfiguration(
      queue: .perCPU, cpus: 2, ringSize: 16, timeout: 10, mode: .strict, limit: 0xffff_ffff),
    operations: [])

  /// An input of version 1 without a `dma` line, and this exact operation of the domain's.
  private static func input(_ operation: Operation) -> [UInt8] {
    let inDomain = encode(
      Scenario(domain: head.domain, dma: head.dma, operations: [operation]))
    let records = inDomain.withUnsafeBufferPointer { InputRecords($0).first }
    return [UInt8](repeating: 0, count: 8) + inDomain[records...]
  }

  private static func decoded(_ bytes: [UInt8]) -> Scenario {
    var lowered = LoweredScenario()
    bytes.withUnsafeBufferPointer { decodeLowered($0, head: head, into: &lowered) }
    return Scenario(lowered)
  }

  private static let huge = Operation.dmaMapPhys(
    handle: 1, pa: 0x1000, length: 1 << 46, direction: .toDevice, attributes: [], limit: .max,
    cpu: 0)

  @Test func anOperationIsBounded() {
    var bytes = Self.input(Self.huge)
    #expect(Self.decoded(bytes).operations == [Self.huge])
    let form = InputForm(Self.head)
    bytes.withUnsafeMutableBufferPointer { boundInput($0, size: $0.count, as: form) }
    guard case .dmaMapPhys(_, _, let length, _, _, _, _) = Self.decoded(bytes).operations.first
    else { return #expect(Bool(false), "\(Self.decoded(bytes))") }
    #expect(length <= 640 << 12)
  }

  @Test func aSmallerConfigurationIsNotTouched() {
    let form = InputForm(Self.head)
    let start = Self.input(Self.huge)
    for seed in UInt64(0)..<2000 {
      var buffer = start + [UInt8](repeating: 0, count: 200)
      let size = buffer.withUnsafeMutableBufferPointer {
        mutateInput($0, size: start.count, seed: seed, as: form)
      }
      #expect(size >= 8 && buffer[..<8].allSatisfy { $0 == 0 }, "seed \(seed)")
    }
  }

  @Test func aDomainWithoutALayerIsNeverRelaxed() {
    var head = Self.head
    head.dma = nil
    let form = InputForm(head)
    for seed in UInt64(0)..<2000 {
      var buffer = [UInt8](repeating: 0, count: 200)
      // Its own header has the layer, so that by itself it would be.
      buffer[1] = 1 << 3
      let size = buffer.withUnsafeMutableBufferPointer {
        mutateInput($0, size: 16, seed: seed, as: form)
      }
      let records = buffer[..<size].withUnsafeBufferPointer { InputRecords($0, as: form) }
      #expect(!records.hasDMA && buffer[1] == 1 << 3, "seed \(seed)")
    }
  }
}

/// What an input may ask for, before it is run.
@Suite struct MappedEntriesTests {
  private func entries(_ text: String) throws -> UInt64 {
    let scenario = try readScenarios(bytes: Array(text.utf8), name: "x").first!.scenario
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    return lowered.mappedEntries
  }

  private static let plain = "iopt 1\ndomain format=x86_64 va=48 oa=52 features=none top=3\n"
  private static let layer =
    "iopt 2\ndomain format=x86_64 kernel=7.3 va=48 oa=52 features=none top=3\n"
    + "dma queue=percpu cpus=1 size=16 timeout=10 mode=fq limit=0xffffffff\n"

  @Test func largeAlignedMappingsTakeFewLargeEntries() throws {
    #expect(try entries(Self.plain + "map 0x0 0x0 0x10000000000 rw\n") <= 1025)
    #expect(try entries(Self.plain + "map 0x1000 0x1000 0x10000000000 rw\n") >= 1 << 28)
    #expect(
      try entries(Self.plain + "map 0x0 0x0 0x10000000000 rw\n map 0x1000 0x0 0x1000 rw\n") < 1100)
  }

  @Test func noInputThatIsBoundedAsksForMany() {
    var random = TestRandom(state: 11)
    var lowered = LoweredScenario()
    var most: UInt64 = 0
    for round in 0..<2000 {
      var bytes = round % 2 == 0 ? random.exactBytes(upTo: 4096) : random.bytes(upTo: 4096)
      bytes.withUnsafeMutableBufferPointer { boundInput($0, size: $0.count) }
      bytes.withUnsafeBufferPointer { decodeLowered($0, into: &lowered) }
      most = max(most, lowered.mappedEntries)
    }
    #expect(1000..<1 << 18 ~= most)
  }

  @Test func whatIsRefusedForWantOfAddressesTakesNone() throws {
    #expect(try entries(Self.plain + "map 0x1000 0x1000 0xfffffffffffff000 rw\n") == 0)
    #expect(try entries(Self.layer + "dma_map 0 0x1000 0x1000000000 to_device\n") == 0)
    #expect(
      try entries(Self.layer + "dma_map 0 0x1000 0x1000000000 to_device limit=0xffffffffff\n")
        >= 1 << 24)
  }

  @Test func everyPieceOfAListCounts() throws {
    let list = "dma_map_sg 0 to_device 0x1000:0x80000000 0x1000:0x40000000\n"
    #expect(try entries(Self.layer + list) >= 3 << 18)
    #expect(
      try entries(Self.layer + "dma_iova_link 0 0x0 0x1000 0x80000000 to_device\n") >= 1 << 19)
  }
}
