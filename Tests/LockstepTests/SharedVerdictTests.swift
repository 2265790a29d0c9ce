// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep

/// Two lanes that do the same are judged once, and each for itself from where they part.
@Suite struct SharedVerdictTests {
  /// Without a range, an older body of `gather_range_pages()` adds nothing to a strict gather.
  private static let parting = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,riscv_svnapot_64k
    map 0x1000 0x80001000 0x1000 rw
    map 0x2000 0x80002000 0x1000 rw
    iova_to_phys 0x1000
    unmap 0x1000 0x1000

    """
  private static let dirty = """
    iopt 2
    domain format=vtdss kernel=7.2 va=48 oa=52 features=dma_incoherent,flush_range_no_gaps top=3 build=debug
    map 0x0 0x0 0x1000 w
    set_dirty 0x0
    read_and_clear_dirty 1 0x0 0x1000 clear
    iotlb_sync 1

    """

  private func engine(
    _ lanes: [Lane], thorough: Bool, forbid: Set<String> = ["all"]
  ) -> Engine {
    let choice = OracleChoice([.hardware, .leak], forbidden: forbid)
    let engine = choice.engine(lanes)
    engine.isThorough = thorough
    return engine
  }

  private func finding(_ lanes: [Lane], _ text: String, thorough: Bool) throws -> Finding? {
    try engine(lanes, thorough: thorough).run(scenario(text), file: "case.iopt")
  }

  @Test func theSideThatPartsIsJudgedWithAllThatCameBefore() throws {
    let lanes = { [Lane(.swift), Lane(.reference, gather: .original)] }
    let apart = try #require(try finding(lanes(), Self.parting, thorough: true))
    let shared = try #require(try finding(lanes(), Self.parting, thorough: false))
    #expect(apart.faultyLane == 1)
    #expect(shared.signature == apart.signature && shared.faultyLane == 1)
    #expect(shared.place.operation == apart.place.operation)
    let turned = { [Lane(.swift, gather: .original), Lane(.reference)] }
    #expect(try finding(turned(), Self.parting, thorough: false)?.faultyLane == 0)
  }

  @Test func whatIsKnownIsCountedForBoth() throws {
    let counts = try [true, false].map { (thorough: Bool) throws -> [Int] in
      let engine = engine([Lane(.swift), Lane(.reference)], thorough: thorough, forbid: [])
      #expect(try engine.run(scenario(Self.dirty)) == nil)
      return engine.departures.filter { $0.name == "dirtyClearNotWrittenBack" }.map(\.count)
    }
    #expect(counts[0] == counts[1] && counts[0] == [1, 1], "\(counts)")
  }

  @Test func aRunWhoseOperationsGoAwayIsJudgedTwice() throws {
    let engine = engine([Lane(.swift), Lane(.reference)], thorough: false)
    var lowered = LoweredScenario()
    lowered.lower(try scenario(Self.dirty))
    engine.open(lowered.configuration)
    #expect(!engine.lanesAreAlike)
    engine.close()
    #expect(engine.perform(lowered, file: "") != nil)
    #expect(engine.lanesAreAlike)
  }
}
