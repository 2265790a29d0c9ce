// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

@Suite("Fuzz inputs decode")
struct InputDecoderTests {
  @Test("to something that text can hold and read back", arguments: 0..<8 as Range<UInt64>)
  func totality(seed: UInt64) throws {
    var random = TestRandom(state: seed)
    for round in 0..<200 {
      let bytes = round % 2 == 0 ? random.bytes(upTo: 400) : random.exactBytes(upTo: 400)
      let scenario = decode(bytes)
      let read = try readScenarios(bytes: Array(scenario.text.utf8), name: "decoded")
      #expect(read.map(\.scenario) == [scenario])
    }
  }

  @Test("and encode to bytes of the same scenario", arguments: 0..<8 as Range<UInt64>)
  func roundTrip(seed: UInt64) {
    var random = TestRandom(state: ~seed)
    for round in 0..<200 {
      let scenario = decode(round % 2 == 0 ? random.bytes(upTo: 400) : random.exactBytes(upTo: 400))
      #expect(decode(encode(scenario)) == scenario)
    }
  }

  @Test("to what the lowered form says", arguments: 0..<4 as Range<UInt64>)
  func lowered(seed: UInt64) {
    var random = TestRandom(state: seed << 32)
    var direct = LoweredScenario()
    var indirect = LoweredScenario()
    for _ in 0..<200 {
      let bytes = random.exactBytes(upTo: 600)
      bytes.withUnsafeBufferPointer { decodeLowered($0, into: &direct) }
      indirect.lower(decode(bytes))
      #expect(words(direct) == words(indirect))
    }
  }

  @Test("every prefix of an input too")
  func prefixes() {
    var random = TestRandom(state: 99)
    let bytes = random.exactBytes(upTo: 4000) + [UInt8](repeating: 0xed, count: 64)
    var last = 0
    for count in 0...min(bytes.count, 700) {
      let operations = decode(Array(bytes[..<count])).operations.count
      #expect(operations >= last)
      #expect(operations - last <= 1)
      last = operations
    }
  }

  @Test("with at most 512 operations, unless the configuration is exact")
  func operationLimit() {
    let flood = [UInt8](repeating: 0, count: 8 * 600)
    #expect(decode(flood).operations.count == 512)
    let long = Scenario(
      domain: DomainConfiguration(format: .vtdss, va: 48, oa: 46, top: 3),
      operations: [Operation](repeating: .iovaToPhys(iova: 7), count: 600))
    #expect(decode(encode(long)) == long)
  }

  @Test("to the same scenario whatever the version byte says")
  func version() {
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    for version in UInt8.min...UInt8.max {
      #expect(decode([version] + bytes) == decode([1] + bytes))
    }
  }

  /// What had no meaning keeps none until a format gets that number.
  @Test("to the format that a number has, else to one of the first four")
  func formatNumbers() {
    let known = Format.allCases.count
    for number in 0..<256 {
      let exact = decode([1, 0, 0, 0, 0, 0, 0, 0xe5, UInt8(number)])
      #expect(Int(exact.domain.format.rawValue) == (number < known ? number : number % 4))
    }
    for low in 0..<4 {
      for further in 0..<16 {
        let compact = decode([1, UInt8(low), 0, 0, 0, 0, 0, UInt8(0xa0 | further)])
        let number = further > 0 && further + 3 < known ? further + 3 : low
        #expect(Int(compact.domain.format.rawValue) == number)
      }
    }
  }

  @Test("with lengths that are bounded unless they are marked as exact")
  func budget() throws {
    let scenario = Scenario(
      domain: DomainConfiguration(format: .riscv64, va: 48, oa: 56),
      operations: [.map(iova: 0x1000, pa: 0x1000, length: 1 << 40, prot: .read)])
    var bytes = encode(scenario)
    #expect(bytes[32] == 0xe1)
    #expect(bytes[39] == 0xe5)
    bytes[39] = 0
    let bounded = Operation.map(iova: 0x1000, pa: 0x1000, length: 640 << 12, prot: .read)
    #expect(decode(bytes).operations == [bounded])
  }

  /// Seven entries of 1 GiB, and behind them nearly as much in entries of 4 KiB.
  @Test("with what is left behind large pages counted as work too")
  func budgetOfTails() {
    let scenario = Scenario(
      domain: DomainConfiguration(format: .riscv64, va: 48, oa: 56, pageSizes: 0x4000_1000),
      dma: DMAConfiguration(
        queue: .perCPU, cpus: 1, ringSize: 4, timeout: 10, mode: .strict, limit: .max),
      operations: [0x1_ffff_f000, 0x10_0000].enumerated().map {
        .dmaMap(handle: UInt16($0), pa: 0, length: $1, direction: .toDevice, cpu: 0)
      })
    var bytes = encode(scenario)
    for mark in [56 + 7, 80 + 7] {
      #expect(bytes[mark] == 0xe5)
      bytes[mark] = 0
    }
    let lengths = decode(bytes).operations.map { (operation: Operation) -> UInt64 in
      if case .dmaMap(_, _, let length, _, _) = operation { length } else { 0 }
    }
    // 2048 entries in all, 7 of them large; then 8 at a time.
    #expect(lengths == [7 << 30 + 2041 << 12, 8 << 12])
  }
}

/// Everything that counts in a lowered scenario, as numbers.
private func words(_ scenario: borrowing LoweredScenario) -> [UInt64] {
  let config = scenario.configuration
  var result: [UInt64] = [
    UInt64(config.size), UInt64(config.format), UInt64(config.features), UInt64(config.va_lg2),
    UInt64(config.oa_lg2), UInt64(config.top), UInt64(config.build), UInt64(config.gather),
    config.pgsizes, config.sme_mask, UInt64(config.has_dma), UInt64(config.dma.queue),
    UInt64(config.dma.mode), UInt64(config.dma.cpus), UInt64(config.dma.ring_size),
    config.dma.timeout, config.dma.limit, UInt64(config.dma.pci32),
  ]
  for index in 0..<scenario.count {
    let op = scenario.operations[index]
    result += [UInt64(op.size), UInt64(op.kind), op.iova, op.pa, op.len, UInt64(op.prot)]
    result += [UInt64(op.gather), UInt64(op.flag), UInt64(op.handle), UInt64(op.dir)]
    result += [UInt64(op.cpu), op.piece_count]
    for piece in 0..<Int(op.piece_count) { result += [op.pieces[piece].pa, op.pieces[piece].len] }
  }
  return result
}
