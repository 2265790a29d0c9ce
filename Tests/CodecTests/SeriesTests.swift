// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// One word of an input that stands for very many maps and unmaps.
@Suite struct SeriesTests {
  /// RISC-V, production, with a `dma` line of two CPUs.
  private static let header: [UInt8] = [1, 0x08, 0, 0, 0, 2, 0, 0]
  private static let withoutLine: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]

  private func maps(_ operations: [Operation]) -> [(handle: UInt16, length: UInt64)] {
    operations.compactMap {
      if case .dmaMap(let handle, _, let length, _, _) = $0 { (handle, length) } else { nil }
    }
  }

  private func unmapped(_ operations: [Operation]) -> [UInt16] {
    operations.compactMap { if case .dmaUnmap(let handle, _) = $0 { handle } else { nil } }
  }

  @Test func twoMagazinesAreMappedAndUnmappedByOneWord() {
    let operations = decode(Self.header + [0xd1, 0, 0, 0, 0, 0, 5, 0]).operations
    #expect(maps(operations).map(\.handle) == Array(256..<638))
    #expect(maps(operations).allSatisfy { $0.length == 0x1000 })
    #expect(unmapped(operations) == Array(256..<638))
    #expect(operations.count == 764)
  }

  @Test func halvesSizesGroupsAndCPUsAreChosen() {
    let first = decode(Self.header + [0xd1, 0x09, 0, 0, 2, 0, 0x11, 0]).operations
    #expect(unmapped(first).isEmpty)
    #expect(maps(first).map(\.handle) == Array(1280..<1314))
    #expect(maps(first).allSatisfy { $0.length == 0x4000 })
    let second = decode(Self.header + [0xd1, 0x0e, 0, 0, 2, 0, 0x11, 1]).operations
    #expect(maps(second).isEmpty)
    #expect(unmapped(second) == (1280..<1314).reversed())
    #expect(second.first == .dmaUnmap(handle: 1313, cpu: 1))
  }

  @Test func withoutADMALineItIsTheCompactOperationOfItsLowBits() {
    let rest: [UInt8] = [1, 2, 3, 4, 5, 6, 7]
    #expect(decode(Self.withoutLine + [0xd1] + rest) == decode(Self.withoutLine + [0x11] + rest))
  }

  @Test func itPrintsAndEncodesAsTheOperationsThatItStandsFor() throws {
    let scenario = decode(Self.header + [0xd1, 0, 0, 0, 0, 0, 5, 0])
    #expect(
      try readScenarios(bytes: Array(scenario.text.utf8), name: "").map(\.scenario) == [scenario])
    #expect(decode(encode(scenario)) == scenario)
  }

  /// 2048 entries in all.
  @Test func manyOfThemAreBounded() {
    let large: [UInt8] = [0xd1, 1, 0, 0, 5, 0, 0xff, 0]
    let operations = decode(Self.header + [large, large, large].flatMap(\.self)).operations
    #expect(operations.count == 64 && maps(operations).count == 64)
    let most = decode(Self.header + [0xd1, 0, 0, 0, 0, 0, 0xff, 0]).operations
    #expect(most.count == 2 * 540)
  }

  @Test func whatFollowsOneIsStillRun() {
    let tick: [UInt8] = [22, 0, 0, 0, 0, 0, 0, 0]
    let bytes = Self.header + [0xd1, 0, 0, 0, 0, 0, 5, 0]
    let operations = decode(bytes + (0..<600).flatMap { _ in tick }).operations
    #expect(operations.count == 764 + 511)
  }

  @Test func whatASubjectLacksIsLeftOutOfIt() {
    var capabilities = Capabilities.version1
    capabilities.operations &= ~(1 << 14)
    var narrowing: Narrowing? = Narrowing([.init(name: "some", capabilities: capabilities)])
    let bytes = Self.header + [0xd1, 0, 0, 0, 0, 0, 0, 0]
    let scenario = bytes.withUnsafeBufferPointer { decode($0, narrowing: &narrowing) }
    #expect(scenario?.operations.count == 8 && maps(scenario?.operations ?? []).count == 8)
  }

  /// They take long: only a run that is repeated brings a second one.
  @Test func mutationMakesOneAndSeldomASecond() {
    let one = Self.header + [0xd1, 1, 0, 0, 0, 0, 0, 0]
    var (made, second) = (0, 0)
    for seed in 0..<4000 as Range<UInt64> {
      if series(in: mutated(Self.header, seed)) > 0 { made += 1 }
      if series(in: mutated(one, seed)) > 1 { second += 1 }
    }
    #expect(made > 10 && second < 800)
  }

  private func series(in input: [UInt8]) -> Int {
    input.indices.count { $0 > 0 && $0 % 8 == 0 && input[$0] == 0xd1 }
  }

  @Test func longGeneratedScenariosHaveOne() {
    var generator = ScenarioGenerator(seed: 4, layer: .dma, operations: 2300...2300)
    for _ in 0..<4 {
      let operations = generator.next().operations
      #expect(operations.count == 2300)
      #expect(maps(operations).contains { $0.handle >= 256 })
    }
  }

  private func mutated(_ input: [UInt8], _ seed: UInt64) -> [UInt8] {
    var buffer = input + [UInt8](repeating: 0, count: 256)
    let size = buffer.withUnsafeMutableBufferPointer {
      mutateInput($0, size: input.count, seed: seed)
    }
    return Array(buffer[..<size])
  }
}
