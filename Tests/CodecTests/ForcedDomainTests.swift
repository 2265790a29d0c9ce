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

  /// A domain of each kind: with the layer or not, of either version of the language.
  private static let forms: [InputForm] = [true, false].flatMap { hasDMA in
    [1, 2].map { InputForm(hasDMA: hasDMA, version: $0) }
  }

  /// Its own header says otherwise than the form in all that a form is, and no bit of it is one that an
  /// edit could leave as it is.
  @Test(arguments: forms) func theHeaderThatNobodyReadsIsNotTouched(_ form: InputForm) {
    var header = [UInt8](repeating: 0x5a, count: 8)
    header[1] = form.hasDMA ? 0x52 : 0x5a
    if form.version == 1 { header += [0xd8] + [UInt8](repeating: 0x5a, count: 7) }
    let start = header + [UInt8](repeating: 0, count: 16)
    for seed in UInt64(0)..<4000 {
      var buffer = start + [UInt8](repeating: 0, count: 400)
      let size = buffer.withUnsafeMutableBufferPointer {
        mutateInput($0, size: start.count, seed: seed, as: form)
      }
      #expect(
        size >= header.count && buffer[..<header.count].elementsEqual(header), "seed \(seed)")
    }
  }

  @Test(arguments: forms) func onlyADomainWithALayerIsRelaxed(_ form: InputForm) {
    var random = SeededRandom(seed: 1)
    // Its own header says the opposite.
    var bytes = [UInt8](repeating: 0, count: 64)
    bytes[1] = form.hasDMA ? 0 : 1 << 3
    let before = bytes
    let isRelaxed = bytes.withUnsafeMutableBufferPointer { buffer in
      var input = InputBuffer(buffer, size: 16, as: form)
      introduceRelaxation(&input, &random)
      return input.records.contains(IOPT_OP_RELAX)
    }
    #expect(isRelaxed == form.hasDMA)
    #expect(bytes[..<8] == before[..<8])
  }
}
