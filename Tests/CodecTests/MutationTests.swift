// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@Suite("Mutation of inputs")
struct MutationTests {
  @Test("gives inputs within the buffer that decode and repeat with the seed")
  func mutations() {
    var random = TestRandom(state: 21)
    for seed in 0..<3000 as Range<UInt64> {
      let input = seed % 2 == 0 ? random.bytes(upTo: 200) : encoded(seed)
      let capacity = input.count + Int(seed % 3) * 20
      let first = mutated(input, capacity: capacity, seed: seed)
      #expect(first.count <= capacity)
      #expect(first == mutated(input, capacity: capacity, seed: seed))
      let scenario = decode(first)
      #expect(decode(encode(scenario)) == scenario)
    }
  }

  @Test("changes the scenario nearly always, by few operations")
  func nearness() {
    var (changed, near) = (0, 0)
    for seed in 0..<500 as Range<UInt64> {
      let input = encoded(seed)
      let before = decode(input)
      let after = decode(mutated(input, capacity: input.count + 256, seed: seed))
      if before != after { changed += 1 }
      let difference = after.operations.difference(from: before.operations).count
      if difference <= 24 { near += 1 }
    }
    #expect(changed > 425)
    #expect(near > 400)
  }

  @Test("names drivers, changes them and drops them, and leaves operations alone then")
  func drivers() {
    var domain = decode([]).domain
    domain.kernel = .linux7_3
    var (named, dropped, others) = (0, 0, 0)
    for driver in [nil, DriverChoice(.vtd, largestMask: 9)] {
      domain.driver = driver
      let before = Scenario(
        domain: domain, operations: (1...6).map { .unmap(iova: $0 << 12, length: 0x1000) })
      let input = encode(before)
      for seed in 0..<6000 as Range<UInt64> {
        let after = decode(mutated(input, capacity: 1024, seed: seed))
        switch (driver, after.domain.driver) {
        case (nil, .some): named += 1
        case (.some, nil) where after.domain.kernel != nil: dropped += 1
        case (.some(let old), .some(let new)) where old != new: others += 1
        default: break
        }
      }
    }
    for count in [named, dropped, others] { #expect(count > 8) }
  }

  @Test("inserts relaxations and ticks, drops, repeats and reorders operations")
  func kindsOfEdits() {
    var (relaxed, ticked, longer, shorter, reordered, configured) = (0, 0, 0, 0, 0, 0)
    let scenario = Scenario(
      domain: decode([]).domain,
      dma: DMAConfiguration(
        queue: .perCPU, cpus: 2, ringSize: 4, timeout: 10, mode: .strict, limit: .max),
      operations: (1...6).map { .dmaUnmap(handle: $0, cpu: 0) })
    let input = encode(scenario)
    for seed in 0..<3000 as Range<UInt64> {
      let after = decode(mutated(input, capacity: 1024, seed: seed))
      for operation in after.operations {
        if case .relax = operation { relaxed += 1 }
        if case .tick = operation { ticked += 1 }
      }
      let count = after.operations.count
      if count > 6 { longer += 1 }
      if count < 6 { shorter += 1 }
      if count == 6, Set(handles(after)) == Set(1...6), handles(after) != Array(1...6) {
        reordered += 1
      }
      if after.domain != scenario.domain || after.dma != scenario.dma { configured += 1 }
    }
    for count in [relaxed, ticked, longer, shorter, reordered, configured] { #expect(count > 50) }
  }

  @Test(
    "makes of an input often one that starts strict and is relaxed once, after others",
    arguments: [
      [UInt8](repeating: 0, count: 8 * 13),
      encode(
        Scenario(
          domain: DomainConfiguration(format: .riscv64, va: 48, oa: 56),
          operations: (1...12).map { .iovaToPhys(iova: $0 << 12) })),
    ], [0, 1024])
  func relaxations(_ input: [UInt8], room: Int) {
    var (relaxed, plain) = (0, 0)
    for seed in 0..<3000 as Range<UInt64> {
      let after = decode(mutated(input, capacity: input.count + room, seed: seed))
      guard let dma = after.dma else {
        plain += 1
        continue
      }
      let places = after.operations.indices.filter {
        if case .relax = after.operations[$0] { true } else { false }
      }
      if dma.mode == .strict, places.count == 1, places[0] >= after.operations.count / 2 {
        relaxed += 1
      }
    }
    #expect(relaxed > 200)
    #expect(plain > 1000)
  }

  @Test("of nothing and of scraps does not fail")
  func scraps() {
    for size in 0..<24 {
      for seed in 0..<50 as Range<UInt64> {
        let result = mutated([UInt8](repeating: 0xee, count: size), capacity: size, seed: seed)
        #expect(result.count <= size)
      }
    }
  }

  @Test("by crossing keeps the first configuration and takes operations of both, in order")
  func crossOver() {
    let first = listOfLookups(0..<20)
    let second = listOfLookups(100..<120)
    var mixed = 0
    for seed in 0..<200 as Range<UInt64> {
      let bytes = crossed(encode(first), encode(second), capacity: 4096, seed: seed)
      #expect(bytes == crossed(encode(first), encode(second), capacity: 4096, seed: seed))
      let child = decode(bytes)
      #expect(child.domain == first.domain)
      let places = child.operations.map { (operation: Operation) -> UInt64 in
        guard case .iovaToPhys(let iova) = operation else { return .max }
        return iova
      }
      let (low, high) = (places.filter { $0 < 20 }, places.filter { $0 >= 100 })
      #expect(low.count + high.count == places.count)
      #expect(low == low.sorted() && high == high.sorted() && places.allSatisfy { $0 < 120 })
      if !low.isEmpty, !high.isEmpty { mixed += 1 }
      #expect(crossed(encode(first), encode(second), capacity: 40, seed: seed).count <= 40)
    }
    #expect(mixed > 150)
  }

  @Test("bounds the work of what was encoded, and changes nothing that is small")
  func bounds() {
    let pieces = (1...3).map { ScatterPiece(pa: $0 << 20, length: 0x1000) }
    var scenario = Scenario(
      domain: DomainConfiguration(format: .riscv64, va: 48, oa: 56),
      dma: DMAConfiguration(
        queue: .perCPU, cpus: 2, ringSize: 4, timeout: 10, mode: .strict, limit: .max),
      operations: [
        .dmaMapSG(handle: 3, direction: .toDevice, pieces: pieces, cpu: 1),
        .map(iova: 0x1000, pa: 0x1000, length: 0x3000, prot: .read), .tick(milliseconds: 3),
      ])
    #expect(bounded(scenario) == scenario)
    scenario.operations[1] = .map(iova: 0x1000, pa: 0x1000, length: 1 << 40, prot: .read)
    let operations = bounded(scenario).operations
    #expect(operations[0] == scenario.operations[0] && operations[2] == scenario.operations[2])
    #expect(
      operations[1] == .map(iova: 0x1000, pa: 0x1000, length: 640 << 12, prot: .read))
  }

  @Test("bounds by the page sizes that the domain really has")
  func boundsByPageSizes() {
    let map = Operation.map(iova: 1 << 40, pa: 1 << 40, length: 1 << 40, prot: .read)
    func length(_ domain: DomainConfiguration) -> UInt64? {
      guard
        case .map(_, _, let length, _) = bounded(Scenario(domain: domain, operations: [map]))
          .operations[0]
      else { return nil }
      return length
    }
    let x86 = DomainConfiguration(format: .x8664, va: 48, oa: 52, top: 3)
    var narrowed = x86
    narrowed.pageSizes = 0x40_20e3_0000_1000
    let small = DomainConfiguration(format: .amdv1, va: 64, oa: 14, top: 1)
    #expect(length(x86) == 640 << 30)
    #expect(length(narrowed) == 640 << 12)
    #expect(length(small) == 640 << 12)
  }

  @Test("bounds what shows only when an operation before it is bounded")
  func boundsToTheEnd() {
    var random = TestRandom(state: 7)
    for _ in 0..<3000 {
      var once = random.exactBytes(upTo: 400)
      once.withUnsafeMutableBufferPointer { boundInput($0, size: $0.count) }
      var again = once
      again.withUnsafeMutableBufferPointer { boundInput($0, size: $0.count) }
      #expect(again == once)
    }
  }

  private func bounded(_ scenario: Scenario) -> Scenario {
    var bytes = encode(scenario)
    bytes.withUnsafeMutableBufferPointer { boundInput($0, size: $0.count) }
    return decode(bytes)
  }

  private func listOfLookups(_ places: Range<UInt64>) -> Scenario {
    Scenario(
      domain: DomainConfiguration(
        format: .riscv64, va: places.lowerBound == 0 ? 39 : 48, oa: 56),
      operations: places.map { .iovaToPhys(iova: $0) })
  }

  private func handles(_ scenario: Scenario) -> [UInt16] {
    scenario.operations.compactMap { operation in
      guard case .dmaUnmap(let handle, _) = operation else { return nil }
      return handle
    }
  }

  private func encoded(_ seed: UInt64) -> [UInt8] {
    var generator = ScenarioGenerator(seed: seed, layer: .both, operations: 4...20)
    return encode(generator.next())
  }

  private func mutated(_ input: [UInt8], capacity: Int, seed: UInt64) -> [UInt8] {
    var buffer = input + [UInt8](repeating: 0xaa, count: capacity - input.count)
    let size = buffer.withUnsafeMutableBufferPointer {
      mutateInput($0, size: input.count, seed: seed)
    }
    return Array(buffer[..<size])
  }

  private func crossed(
    _ first: [UInt8], _ second: [UInt8], capacity: Int, seed: UInt64
  ) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: capacity)
    let size = first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        output.withUnsafeMutableBufferPointer {
          crossOverInputs(first, second, into: $0, seed: seed)
        }
      }
    }
    return Array(output[..<size])
  }
}
