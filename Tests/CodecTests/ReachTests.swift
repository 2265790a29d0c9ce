// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

@Suite("What inputs and the generator reach")
struct ReachTests {
  @Test("Compact inputs reach every operation, format, feature, revision and DMA choice")
  func compact() {
    var random = TestRandom(state: 5)
    var reached = Reached()
    for _ in 0..<3000 {
      var bytes = random.bytes(upTo: 200)
      for index in stride(from: 8, to: bytes.count, by: 8) { bytes[index] &= 0x1f }
      if bytes.count > 7 { bytes[7] = 0 }
      reached.note(decode(bytes))
    }
    reached.check()
  }

  @Test("Exact inputs reach the features that compact ones leave out")
  func exact() {
    var random = TestRandom(state: 6)
    var reached = Reached()
    for _ in 0..<3000 {
      var bytes = random.exactBytes(upTo: 300)
      if bytes.count > 7 { bytes[7] = 0xe5 }
      reached.note(decode(bytes))
    }
    reached.check()
  }

  @Test("The generator reaches every operation of both layers")
  func generator() {
    var generator = ScenarioGenerator(seed: 1, layer: .both)
    var reached = Reached()
    for _ in 0..<600 { reached.note(generator.next()) }
    reached.check()
  }

  @Test("The generator keeps to its format and layer", arguments: Format.allCases)
  func generatorArguments(format: Format) {
    var tables = ScenarioGenerator(seed: 2, format: format, operations: 3...5)
    var buffers = ScenarioGenerator(seed: 2, format: format, layer: .dma, operations: 7...7)
    for _ in 0..<50 {
      let table = tables.next()
      #expect(table.domain.format == format)
      #expect(table.dma == nil)
      #expect((3...5).contains(table.operations.count))
      let buffer = buffers.next()
      #expect(buffer.domain.format == format)
      #expect(buffer.dma != nil)
      #expect(buffer.operations.count == 7)
    }
  }

  @Test("The generator repeats itself with its seed, and not with another")
  func generatorSeed() {
    var first = ScenarioGenerator(seed: 3, layer: .both)
    var second = ScenarioGenerator(seed: 3, layer: .both)
    var other = ScenarioGenerator(seed: 4, layer: .both)
    let scenarios = (0..<50).map { _ in first.next() }
    #expect(scenarios == (0..<50).map { _ in second.next() })
    #expect(scenarios != (0..<50).map { _ in other.next() })
  }

  @Test("What the generator unmaps was mapped, more often than not")
  func generatorMeets() {
    var generator = ScenarioGenerator(seed: 8, operations: 40...40)
    var (aimed, met) = (0, 0)
    for _ in 0..<200 {
      var starts: Set<UInt64> = []
      for operation in generator.next().operations {
        switch operation {
        case .map(let iova, _, _, _), .mapRange(let iova, _, _, _): starts.insert(iova)
        case .unmap(let iova, _), .unmapFast(_, let iova, _):
          aimed += 1
          if starts.contains(iova) { met += 1 }
        default: break
        }
      }
    }
    #expect(met * 2 > aimed)
  }
}

/// Which values were seen.
private struct Reached {
  var kinds: Set<UInt32> = []
  var features: [Format: Features] = [:]
  var flushesBothWays = false
  var formats: Set<Format> = []
  var revisions: Set<GatherRevision?> = []
  var dma: Set<String> = []

  mutating func note(_ scenario: Scenario) {
    formats.insert(scenario.domain.format)
    features[scenario.domain.format, default: []].formUnion(scenario.domain.features)
    if scenario.domain.features.isSuperset(of: [.flushRange, .flushRangeNoGaps]) {
      flushesBothWays = true
    }
    revisions.insert(scenario.domain.gather)
    if let line = scenario.dma { dma.insert("\(line.queue) \(line.mode) \(line.pci32)") }
    for operation in scenario.operations { kinds.insert(UInt32(operation.kind.rawValue)) }
  }

  func check() {
    let version1 = kinds.filter { $0 < IOPT_OP_KINDS.rawValue }
    #expect(version1.count == Int(IOPT_OP_KINDS.rawValue) - 1)
    #expect(formats.count == Format.allCases.count)
    #expect(flushesBothWays)
    for format in Format.allCases {
      #expect(features[format]?.isSuperset(of: Self.expected(format)) == true, "\(format.name)")
    }
    #expect(revisions.isSuperset(of: [nil, .original, .alwaysAdd, .proposed]))
    #expect(dma.count == 8)
  }

  /// What a format's debug build can express.
  private static func expected(_ format: Format) -> Features {
    let ranges: Features = [.flushRange, .flushRangeNoGaps]
    return switch format {
    case .riscv64: [ranges, .signExtend, .riscvSvnapot64k]
    case .amdv1: [ranges, .dynamicTop, .fullVA, .amdv1EncryptTables, .amdv1ForceCoherence]
    case .vtdss:
      [ranges, .dmaIncoherent, .dynamicTop, .fullVA, .vtdssForceCoherence, .vtdssForceWriteable]
    case .x8664: [ranges, .dmaIncoherent, .signExtend, .x8664AMDEncryptTables]
    default: ranges
    }
  }
}
