// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// AMD's driver on devices with TLBs, which forgets some of its commands.
private struct ForgetfulDriver: Driver {
  private let real = AMDCommands(npCache: false, ats: true, release: .linux7_3, format: .amdv1)
  /// Commands that it does send; others it forgets.
  let sends: @Sendable (Reach) -> Bool

  var name: String { "forgetful" }
  var hasDeviceTLB: Bool { true }
  func reach(of command: Command) -> Reach { real.reach(of: command) }
  func text(of command: Command) -> String { real.text(of: command) }

  func send(_ call: DriverCall, to commands: borrowing CommandList) {
    let all = CommandList()
    real.send(call, to: all)
    for command in all.commands where sends(reach(of: command)) { commands.append(command) }
  }
}

/// What a report says is behind a danger.
@Suite struct AccountTests {
  private let unmap = Operation.unmap(iova: 0x1000, length: 0x1000)
  private let clear = FedJudge.Record.store(2, 1, 0)

  private func danger(
    _ records: [FedJudge.Record], as operation: Operation? = nil,
    sends: @escaping @Sendable (Reach) -> Bool = { _ in true }
  ) throws -> Danger? {
    let fed = try FedJudge(driver: ForgetfulDriver(sends: sends), keepsAccounts: true)
    return fed.run(operation ?? unmap, records)
  }

  @Test func aDeviceThatIsNotToldMayStillHoldATranslation() throws {
    let records = [clear, .sync(0x1000, 0x1fff), .result(0x1000)]
    #expect(try danger(records) == nil)
    let danger = try #require(try danger(records) { !$0.isDeviceTLB })
    #expect(danger.property == .staleTranslation && danger.kind == "in a device TLB at return")
    #expect(
      danger.text.hasPrefix("the device TLB may still hold the translation of 0x1000 to 0x1fff"))
    let account = try #require(danger.account)
    #expect(account.cache == "a device TLB" && account.since == 0 && account.removed == 1)
    #expect(account.remedy == nil)
    #expect(account.sent.map(\.whyNot) == ["leaves device TLBs alone"])
  }

  @Test func aDirtyBitInADeviceIsToldOfToo() throws {
    let read = Operation.readAndClearDirty(gather: 0, iova: 0x1000, length: 0x1000, keep: false)
    let fed = try FedJudge(driver: ForgetfulDriver { !$0.isDeviceTLB }, keepsAccounts: true)
    let dirty = FedJudge.page(0x8000) | 0x200
    #expect(fed.run(.setDirty(iova: 0x1000), [.store(2, 1, dirty), .result(0)]) == nil)
    let records: [FedJudge.Record] = [.dirty(0x1000, 0x1000), .store(2, 1, FedJudge.page(0x8000))]
    #expect(fed.run(read, records) == nil)
    let danger = fed.run(.iotlbSync(gather: 0), [.sync(0x1000, 0x1fff)])
    #expect(danger?.property == .staleDirty && danger?.kind == "in a device TLB at return")
  }

  /// The first page of two was synced, and the word of the second is drawn.
  @Test func theWalkOfWhatIsLeftOfAnEntryEndsAtItsOwnWord() throws {
    let fed = try FedJudge(keepsAccounts: true)
    let clear: FedJudge.Record = .store(2, 1, 0, count: 2)
    let danger = try #require(
      fed.run(
        .unmap(iova: 0x1000, length: 0x2000), [clear, .sync(0x1000, 0x1fff), .result(0x2000)]))
    #expect(
      danger.text.hasPrefix("the translation of 0x2000 to 0x2fff"), "\(danger.text)")
    let step = try #require(danger.account?.walk.last)
    #expect(step.index == 2 && step.address == FedJudge.table(2) + 16)
    #expect(step.cached?.hasPrefix("leaf oa=0x9000 ") == true, "\(step.cached ?? "")")
  }

  /// Of two words the first was written back.
  @Test func theWalkOfWhatIsWrittenBackInPartShowsWhatMayBeCached() throws {
    let fed = try FedJudge(features: [.flushRange, .dmaIncoherent], keepsAccounts: true)
    let danger = try #require(
      fed.run(
        .unmap(iova: 0x1000, length: 0x2000),
        [.store(2, 1, 0, count: 2), .clean(2, 1, words: 1), .sync(0x1000, 0x2fff), .result(0x2000)])
    )
    let step = try #require(danger.account?.walk.last)
    #expect(step.table == FedJudge.table(2) && step.cached != nil, "\(step)")
    #expect((1...2).contains(try #require(step.index)))
  }

  @Test func theWalkLeadsFromTheTopToTheWordThatIsCached() throws {
    let danger = try #require(try danger([clear, .sync(0x5000, 0x5fff), .result(0x1000)]))
    let account = try #require(danger.account)
    #expect(account.sent.first?.whyNot == "names another range, 0x5000 to 0x5fff")
    #expect(account.walk.map(\.level) == [2, 1, 0])
    #expect(account.walk.map(\.table) == [0, 1, 2].map(FedJudge.table))
    #expect(account.walk.map(\.index) == [0, 0, 1] && account.walk.map(\.state).count == 3)
    #expect(account.walk.map(\.word) == [FedJudge.link(1), FedJudge.link(2), 0])
    #expect(account.walk[0].cached == nil && account.walk[1].cached == nil)
    #expect(
      account.walk[2].cached == "leaf oa=0x8000 of 2^12 bytes, since operation 0, until operation 1"
    )
  }

  @Test func theWalkToATableThatWentBackGoesByThePointerThatMayBeHeld() throws {
    let all = Operation.unmap(iova: 0, length: 0x4000_0000)
    let records: [FedJudge.Record] = [
      .store(0, 0, 0), .sync(0, 0x1f_ffff), .free(2), .result(0x4000_0000),
    ]
    let account = try #require(try danger(records, as: all)?.account)
    #expect(account.remedy?.hasSuffix(" PDE") == true)
    #expect(account.sent.first?.whyNot == "leaves pointers to tables alone")
    #expect(account.walk.map(\.level) == [2, 1, 0])
    #expect(account.walk.map(\.state) == ["linked", "unlinked", "unlinked"])
    #expect(account.walk[0].cached?.hasPrefix("table pa=") == true)
    #expect(account.walk[2].word == nil)
  }

  @Test func aTableThatMemoryLeadsToIsShownInMemory() throws {
    let account = try #require(try danger([.free(2)])?.account)
    #expect(account.cache == "memory" && account.removed == nil)
    #expect(account.walk.map(\.word) == [FedJudge.link(1), FedJudge.link(2), nil])
  }

  @Test func whatCameTooEarlyIsToldSo() throws {
    let account = try #require(
      try danger([.sync(0x1000, 0x1fff), clear, .result(0x1000)])?.account)
    #expect(account.sent.map(\.whyNot) == ["came before the change", "came before the change"])
  }

  @Test func nobodyPaysForAccountsThatAreNotAskedFor() throws {
    let fed = try FedJudge()
    #expect(fed.run(unmap, [clear, .result(0x1000)])?.account == nil)
  }
}
