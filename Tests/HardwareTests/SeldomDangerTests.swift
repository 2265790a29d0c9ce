// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// Dangers of page tables that do what this one does not: build tables before they link them, replace
/// their top, write back in part.
@Suite struct SeldomDangerTests {
  private typealias Fed = FedJudge
  private static let incoherent: Features = [.flushRange, .dmaIncoherent]
  private static let map = Operation.map(iova: 0x20_5000, pa: 0, length: 0x1000, prot: .read)
  private static let leaf = Fed.Record.store(3, 5, Fed.page(0xa000))
  private static let link = Fed.Record.store(1, 1, Fed.link(3))

  // MARK: Walkers that do not snoop

  /// Each of them, not only the first.
  @Test func allThatIsMappedIsWrittenBack() throws {
    let map = Operation.map(iova: 0x3000, pa: 0xa000, length: 0x3000, prot: .read)
    let two: [FedJudge.Record] = [
      .store(2, 3, Fed.page(0xa000)), .store(2, 5, Fed.page(0xb000)),
    ]
    func run(_ cleans: [FedJudge.Record]) throws -> HardwareProperty? {
      try FedJudge(features: Self.incoherent).run(map, two + cleans + [.result(0)])?.property
    }
    #expect(try run([.clean(2, 3, words: 1), .clean(2, 5, words: 1)]) == nil)
    #expect(try run([.clean(2, 5, words: 1), .clean(2, 3, words: 1)]) == nil)
    #expect(try run([.clean(2, 0, words: 512)]) == nil)
    #expect(try run([.clean(2, 3, words: 1)]) == .walkerVisibility)
    #expect(try run([.clean(2, 4, words: 2)]) == .walkerVisibility)
  }

  /// A pointer that walkers still read in memory leads them to what was there, whatever was flushed.
  @Test(arguments: [Fed.Record.flush, .sync(0, 0x1f_ffff, tables: [2])])
  func aPointerThatWasNotWrittenBackLeadsToItsTableAfterAnyCommand(
    _ command: FedJudge.Record
  ) throws {
    let all = Operation.unmap(iova: 0, length: 0x20_0000)
    let unlink = Fed.Record.store(1, 0, 0)
    func run(_ records: [FedJudge.Record]) throws -> HardwareProperty? {
      try FedJudge(features: Self.incoherent).run(all, records + [.result(0x20_0000)])?.property
    }
    #expect(try run([unlink, .clean(1, 0, words: 1), command]) == nil)
    #expect(try run([unlink, command]) == .walkerVisibility)
  }

  // MARK: What is absent

  /// Unmaps what table 2 leads to, by these records.
  private func unmapping(_ records: [FedJudge.Record]) throws -> Danger? {
    let fed = try FedJudge(features: Self.incoherent)
    let all = Operation.unmap(iova: 0, length: 0x20_0000)
    return fed.run(all, records + [.result(0x20_0000)])
  }

  @Test func aTableLeavesIncoherentHandlingWhenItsPointerIsCachedNoMore() throws {
    let unlink: [FedJudge.Record] = [.store(1, 0, 0), .clean(1, 0, words: 1)]
    let sync = FedJudge.Record.sync(0, 0x1f_ffff, tables: [2])
    #expect(try unmapping(unlink + [sync, .coherent(2), .free(2)]) == nil)
    let early = try unmapping(unlink + [.coherent(2), sync, .free(2)])
    #expect(early?.property == .walkerVisibility && early?.known == .coherentBeforeSync)
  }

  /// What the kernel does each time excuses nothing else.
  @Test func aTableThatLeavesIncoherentHandlingTooEarlyExcusesNoOtherDanger() throws {
    let unlink: [FedJudge.Record] = [.store(1, 0, 0), .clean(1, 0, words: 1)]
    let sync = FedJudge.Record.sync(0, 0x1f_ffff, tables: [2])
    let freed = try unmapping(unlink + [.coherent(2), .free(2), sync])
    #expect(freed?.property == .tableUseAfterFree && freed?.known == nil)
    let unasked = try unmapping(unlink + [.coherent(2)])
    #expect(unasked?.property == .missingSync && unasked?.known == nil)
    let linked = try unmapping([.coherent(2)] + unlink + [sync, .free(2)])
    #expect(linked?.property == .walkerVisibility && linked?.known == nil)
  }

  private func caching() throws -> FedJudge {
    try FedJudge(driver: ShadowDriver(), hasSyncMap: true)
  }

  /// A leaf that stands in its table when that is linked was absent until then.
  @Test func whatIsLinkedWithItsTableNeedsItsSyncMapToo() throws {
    let built: [FedJudge.Record] = [.alloc(3), Self.leaf, Self.link]
    let told = FedJudge.Record.syncMap(0x20_5000, 0x1000)
    #expect(try caching().run(Self.map, built + [told, .result(0)]) == nil)
    #expect(try caching().run(Self.map, built + [.result(0)])?.property == .notPresentCached)
    let elsewhere = FedJudge.Record.syncMap(0x20_6000, 0x1000)
    #expect(
      try caching().run(Self.map, built + [elsewhere, .result(0)])?.property == .notPresentCached)
  }

  /// The pointer to a new table was absent too: what names leaves alone leaves that.
  @Test func aNewTablesPointerNeedsACommandForPointers() throws {
    func run(_ records: [FedJudge.Record], pointers: Bool) throws -> HardwareProperty? {
      let driver = NarrowShadow(reachesPointers: pointers)
      return try FedJudge(driver: driver, hasSyncMap: true).run(Self.map, records)?.property
    }
    let told = FedJudge.Record.syncMap(0x20_5000, 0x1000)
    let linked: [FedJudge.Record] = [.alloc(3), Self.link, Self.leaf, told, .result(0)]
    #expect(try run(linked, pointers: true) == nil)
    #expect(try run(linked, pointers: false) == .notPresentCached)
    // A table in which nothing is mapped may stay absent, and where one was, leaves are all there is.
    let refused = Fed.Record.result(UInt64(bitPattern: -12))
    #expect(try run([.alloc(3), Self.link, refused], pointers: false) == nil)
    let beside = Operation.map(iova: 0x5000, pa: 0, length: 0x1000, prot: .read)
    let there: [FedJudge.Record] = [
      .store(2, 5, Fed.page(0xa000)), .syncMap(0x5000, 0x1000), .result(0),
    ]
    let driver = NarrowShadow(reachesPointers: false)
    #expect(try FedJudge(driver: driver, hasSyncMap: true).run(beside, there) == nil)
  }

  /// The tables grew, and nobody told the driver of the new top.
  @Test func whatIsMappedIsReachedFromTheTopThatTheDriverKnows() throws {
    let grown: [FedJudge.Record] = [
      .alloc(3), .store(3, 0, Fed.link(0)), .alloc(4), .store(4, 5, Fed.page(0xa000)),
      .store(3, 1, Fed.link(4)),
    ]
    #expect(try FedJudge().run(Self.map, grown + [.result(0)])?.property == .notPresentCached)
    let refused = Fed.Record.result(UInt64(bitPattern: -12))
    #expect(try FedJudge().run(Self.map, grown + [refused]) == nil)
    let there: [FedJudge.Record] = [.alloc(3), Self.link, Self.leaf, .result(0)]
    #expect(try FedJudge().run(Self.map, there) == nil)
    // Above the end of the old top: its words are no words for that.
    let above = Operation.map(iova: 1 << 39 | 0x1000, pa: 0, length: 0x1000, prot: .read)
    let wide = try FedJudge(width: 48)
    #expect(wide.run(above, grown + [.result(0)])?.property == .notPresentCached)
  }

  // MARK: Tables

  @Test func aTableThatWentBackIsLinkedNoMore() throws {
    let fed = try FedJudge()
    let all = Operation.unmap(iova: 0, length: 0x20_0000)
    let unlinked: [FedJudge.Record] = [
      .store(1, 0, 0), .sync(0, 0x1f_ffff, tables: [2]), .free(2), .result(0x20_0000),
    ]
    #expect(fed.run(all, unlinked) == nil)
    let again = fed.run(Self.map, [.store(1, 1, Fed.link(2)), .result(0)])
    #expect(again?.property == .tableUseAfterFree)
  }

  // MARK: What is known

  /// A leaf with other rights that it left is nothing new; a table that went back while it was linked is.
  @Test func aMapThatFailsExcusesNoTable() throws {
    let failed = Fed.Record.result(UInt64(bitPattern: -12))
    let leaf: [FedJudge.Record] = [.store(2, 5, Fed.page(0xa000) | 2), failed]
    #expect(try FedJudge().run(Self.map, leaf)?.known == .failedMap)
    let table = try FedJudge().run(Self.map, [.free(2), failed])
    #expect(table?.property == .freeWhileLinked && table?.known == nil)
  }

  /// An unmap of nothing makes RISC-V's commands miss a leaf, and nobody else's.
  @Test func aStretchedGatherExcusesTheCommandsThatItMakesMiss() throws {
    let gathered = { Operation.unmapFast(gather: 0, iova: $0, length: 0x1000) as Operation }
    func run(_ driver: any Driver) throws -> Danger? {
      let fed = try FedJudge(driver: driver)
      #expect(fed.run(gathered(0x9000), [.result(0)]) == nil)
      #expect(fed.run(gathered(0x1000), [.store(2, 1, 0), .result(0x1000)]) == nil)
      return fed.run(.iotlbSync(gather: 0), [.sync(0x2000, 0x9fff)])
    }
    let riscv = try #require(
      try run(RISCVCommands(nonLeaf: false, ranges: false, release: .linux7_3, width: 39)))
    #expect(riscv.property == .syncArguments || riscv.known == .stretchedGather)
    let exact = try #require(try run(ExactDriver()))
    #expect(exact.known == nil)
  }
}

/// A shadow whose commands remove pointers or do not.
private struct NarrowShadow: Driver {
  let name = "narrow"
  let cachesAbsence = true
  var reachesPointers: Bool

  func send(_ call: DriverCall, to commands: borrowing CommandList) {
    ShadowDriver().send(call, to: commands)
  }

  func reach(of command: Command) -> Reach {
    var reach = ShadowDriver().reach(of: command)
    if !reachesPointers { reach.pointers = .none }
    return reach
  }

  func text(of command: Command) -> String { ShadowDriver().text(of: command) }
}
