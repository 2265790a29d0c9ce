// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

@Suite("What is made up is fitted to what subjects can do")
struct NarrowingTests {
  private func narrowing(_ change: (inout Capabilities) -> Void) -> Narrowing {
    var capabilities = Capabilities.language
    change(&capabilities)
    return Narrowing([
      .init(name: "all", capabilities: .language),
      .init(name: "some", capabilities: capabilities),
    ])
  }

  private func scenarios(_ count: Int, seed: UInt64) -> [Scenario] {
    var generator = ScenarioGenerator(seed: seed, layer: .both)
    return (0..<count).map { _ in generator.next() }
  }

  @Test("Subjects that can do everything are given everything")
  func everything() {
    var idle = narrowing { _ in }
    #expect(idle.isIdle)
    for scenario in scenarios(100, seed: 1) {
      let fitting = idle.narrowed(scenario)
      #expect(fitting == scenario)
    }
    #expect(idle.lines().isEmpty)
    var plain = ScenarioGenerator(seed: 2, layer: .both)
    var fitting = ScenarioGenerator(seed: 2, layer: .both, narrowing: idle)
    for _ in 0..<100 {
      let (one, other) = (fitting.nextFitting(), plain.next())
      #expect(one == other)
    }
  }

  @Test("Stores, points and services are nothing that a scenario asks for")
  func unseenAbilities() {
    var able = Capabilities.language
    able.logsStores = false
    able.points = 0
    able.services = []
    let narrowing = Narrowing([Narrowing.Party(name: "x", capabilities: able)])
    #expect(narrowing.isIdle && !narrowing.capabilities.logsStores)
  }

  @Test("Two trees without a release in common are given scenarios of both versions")
  func unlikeReleases() {
    func tree(_ kernels: Kernel...) -> Narrowing.Party {
      var own = Capabilities.language
      own.kernels = kernels.reduce(1 << IOPT_KERNEL_UNSAID.rawValue) { $0 | 1 << $1.rawValue }
      own.runsAnyRelease = true
      return .init(name: "tree", capabilities: own)
    }
    func kernels(_ parties: Narrowing.Party...) -> [Kernel] {
      let narrowing = Narrowing(parties)
      return Kernel.allCases.filter { narrowing.capabilities.meet(.kernel($0)) }
    }
    let side = Narrowing.Party(name: "side", capabilities: .language)
    #expect(kernels(tree(.linux7_2), tree(.linux7_3)) == Kernel.allCases)
    #expect(kernels(tree(.linux7_3), tree(.linux7_3)) == [.linux7_3])
    #expect(kernels(tree(.linux7_2), side) == [.linux7_2])
    // One that is no release with a number.
    #expect(kernels(tree(), side) == Kernel.allCases)
    #expect(kernels(tree(), tree(.linux7_3)) == [.linux7_3])
    #expect(kernels(tree(.linux7_2), tree(.linux7_3), side) == [])
  }

  /// Capabilities of which each bit is there or not by chance.
  private func chance(_ random: inout TestRandom) -> Capabilities {
    var some = Capabilities.language
    some.formats = UInt32(truncatingIfNeeded: random.next() & 0xf)
    some.features = Features(rawValue: UInt32(truncatingIfNeeded: random.next() & 0xfff))
    some.requiredFeatures = some.features.intersection(
      Features(rawValue: UInt32(truncatingIfNeeded: random.next() & random.next())))
    some.builds = UInt32(truncatingIfNeeded: random.next() & 3)
    some.revisions = UInt32(truncatingIfNeeded: random.next() & 0xf)
    some.layers = .init(rawValue: UInt32(truncatingIfNeeded: random.next() & 3))
    some.options = .init(rawValue: UInt32(truncatingIfNeeded: random.next() & 7))
    some.operations = random.next()
    some.protections = Protection(rawValue: UInt32(truncatingIfNeeded: random.next() & 0x3f))
    some.queues = UInt32(truncatingIfNeeded: random.next() & 3)
    some.modes = UInt32(truncatingIfNeeded: random.next() & 3)
    some.cpus = 1 + UInt32(truncatingIfNeeded: random.next() & 3)
    let first = UInt8(truncatingIfNeeded: 30 + random.next() % 20)
    some.inputWidths = first...first + 10
    some.outputWidths = first...first + 5
    return some
  }

  private func expectFit(_ scenario: Scenario, _ capabilities: Capabilities) {
    #expect(capabilities.firstUnmet(scenario.domain, scenario.dma) == nil)
    for operation in scenario.operations {
      let lowered = operation.lowered(pieces: nil)
      #expect(capabilities.meet(.operation(lowered.kind)), "\(operation)")
      #expect(lowered.prot & ~capabilities.protections.rawValue == 0)
      #expect(lowered.cpu < scenario.dma?.cpus ?? 1)
      let isOfLayer =
        lowered.kind >= IOPT_OP_DMA_MAP.rawValue
        && lowered.kind != IOPT_OP_FAIL_ALLOC.rawValue
      #expect(!isOfLayer || scenario.dma != nil, "\(operation)")
    }
  }

  @Test("Whatever subjects lack, nothing of it is left, and what was changed is counted")
  func anything() {
    var random = TestRandom(state: 7)
    var (kept, leftOut) = (0, 0)
    for seed in 0..<200 {
      let capabilities = chance(&random)
      var narrowing = Narrowing([.init(name: "some", capabilities: capabilities)])
      for scenario in scenarios(5, seed: UInt64(seed)) {
        let before = narrowing.lines()
        guard let fitting = narrowing.narrowed(scenario) else {
          leftOut += 1
          #expect(narrowing.lines() != before)
          continue
        }
        kept += 1
        expectFit(fitting, capabilities)
        if fitting != scenario { #expect(narrowing.lines() != before) }
      }
      #expect(narrowing.leftOut <= 5)
    }
    #expect(kept > 100 && leftOut > 100)
  }

  @Test("The generator and both decoders make only what fits")
  func makers() {
    var random = TestRandom(state: 9)
    var kept = 0
    for seed in 0..<100 {
      let capabilities = chance(&random)
      let party = Narrowing.Party(name: "some", capabilities: capabilities)
      var generator = ScenarioGenerator(
        seed: UInt64(seed), layer: .both, narrowing: Narrowing([party]))
      if let scenario = generator.nextFitting() { expectFit(scenario, capabilities) }

      let bytes = seed % 2 == 0 ? random.bytes(upTo: 400) : random.exactBytes(upTo: 400)
      var narrowing: Narrowing? = Narrowing([party])
      var lowered = LoweredScenario()
      bytes.withUnsafeBufferPointer { bytes in
        let isKept = decodeLowered(bytes, narrowing: &narrowing, into: &lowered)
        let scenario = decode(bytes, narrowing: &narrowing)
        #expect((scenario != nil) == isKept)
        guard let scenario else { return }
        kept += 1
        expectFit(scenario, capabilities)
        #expect(lowered.count == scenario.operations.count)
        for index in 0..<lowered.count {
          let operation = scenario.operations[index].lowered(pieces: nil)
          #expect(lowered.operations[index].kind == operation.kind)
          #expect(lowered.operations[index].prot == operation.prot)
          #expect(lowered.operations[index].piece_count == operation.piece_count)
        }
      }
    }
    #expect(kept > 10)
  }

  @Test("A line that was given is taken as it is, operations are fitted all the same")
  func givenLines() throws {
    let text = "iopt 1\ndomain format=amdv1 va=48 oa=48 features=dynamic_top top=2\n"
    let head = try readScenarios(bytes: Array(text.utf8), name: "head")[0].scenario
    var narrowing: Narrowing? = narrowing {
      $0.formats = 1
      $0.operations = 1 << UInt64(IOPT_OP_UNMAP.rawValue)
    }
    var random = TestRandom(state: 10)
    let bytes = random.bytes(upTo: 400)
    let scenario = bytes.withUnsafeBufferPointer {
      decode($0, head: head, narrowing: &narrowing)
    }
    #expect(scenario?.domain == head.domain)
    #expect(
      scenario?.operations.allSatisfy {
        $0.kind == IOPT_OP_UNMAP || $0.kind == IOPT_OP_FAIL_ALLOC
      } == true)
  }

  @Test("A report names who lacks what, the most frequent first")
  func words() throws {
    var fit = narrowing {
      $0.formats = 1 << Format.riscv64.rawValue
      $0.operations &= ~(1 << UInt64(IOPT_OP_UNMAP_FAST.rawValue))
      $0.protections.remove([.mmio, .privileged])
      $0.inputWidths = 39...39
    }
    let text = """
      iopt 1
      domain format=amdv1 va=48 oa=48 features=dynamic_top top=2
      unmap_fast 0 0x1000 0x1000
      map 0x1000 0x1000 0x1000 rmp
      unmap_fast 0 0x1000 0x1000
      """
    let scenario = try readScenarios(bytes: Array(text.utf8), name: "test")[0].scenario
    let fitting = fit.narrowed(scenario)
    let narrowed = try #require(fitting)
    #expect(narrowed.domain.format == .riscv64 && narrowed.domain.va == 39)
    #expect(narrowed.domain.top == nil)
    #expect(
      narrowed.operations == [.map(iova: 0x1000, pa: 0x1000, length: 0x1000, prot: .read)])
    fit.leaveOut(.dmaLayer, count: 7)
    // No format at all.
    var none = narrowing { $0.formats = 0x100 }
    let left = none.narrowed(scenario)
    #expect(left == nil)
    #expect(none.lines("input") == ["1 input left out: some lacks format amdv1"])
    #expect(
      fit.lines() == [
        "7 scenarios left out: a subject lacks the DMA layer",
        "1 scenario changed: some lacks format amdv1",
        "2 operations left out: some lacks operation unmap_fast",
        "1 operation changed: some lacks protection mp",
      ])
  }
}
