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
