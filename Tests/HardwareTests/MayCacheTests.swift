// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import Testing

@testable import Hardware

/// What a command takes from the model, and what it leaves.
@Suite struct MayCacheTests {
  /// A cache whose top, of this level, is the first slot.
  private func cache(
    _ format: Format, level: Int, _ driver: any Driver = ExactDriver(), _ features: Features = []
  ) -> MayCache {
    let domain = DomainConfiguration(
      format: format, va: 39, oa: 56, features: format.expressibleFeatures, kernel: .linux7_3)
    let cache = MayCache(domain)
    cache.reset(domain, features: features, width: 39, driver)
    cache.noteAllocated(pa: ArenaLayout.base, size: 4096)
    cache.noteTop(pa: ArenaLayout.base, level: level)
    cache.begin(operation: 0, gather: -1, isOutside: false)
    return cache
  }

  private func store(_ cache: MayCache, _ index: UInt64, _ value: UInt64, count: UInt64 = 1) {
    cache.noteStore(pa: ArenaLayout.base + index * 8, count: count, value: value, stride: 0)
  }

  private func ranges(_ cache: MayCache) -> [ClosedRange<UInt64>] {
    cache.stale.elements.map { $0.first...$0.last }.sorted { $0.lowerBound < $1.lowerBound }
  }

  private func addresses(_ first: UInt64, _ last: UInt64, stride: UInt64 = 0) -> Reach {
    Reach(first, last, stride: stride, leaves: .holdingAddress)
  }

  /// A leaf that Svnapot spreads over 16 words may be cached by words.
  @Test func anAddressRemovesItsWordOfALeafOfSeveralWords() {
    let cache = cache(.riscv64, level: 0)
    store(cache, 16, 1 << 63 | 0x108 << 10 | 0b1111, count: 16)
    store(cache, 16, 0, count: 16)
    #expect(ranges(cache) == [0x10000...0x1ffff])
    cache.apply(addresses(0x13000, 0x13000))
    #expect(ranges(cache) == [0x10000...0x12fff, 0x14000...0x1ffff])
    cache.apply(addresses(0x10000, 0x1e000, stride: 0x2000))
    #expect(ranges(cache).count == 7 && ranges(cache).first == 0x11000...0x11fff)
    cache.apply(addresses(0x10000, 0x1f000, stride: 0x1000))
    #expect(ranges(cache).isEmpty)
  }

  @Test func anAddressRemovesTheWholeOfALeafOfOneWord() {
    let cache = cache(.riscv64, level: 1)
    store(cache, 1, 0x200 << 10 | 0b1111)
    store(cache, 1, 0)
    cache.apply(addresses(0x21_3000, 0x21_3000))
    #expect(ranges(cache).isEmpty)
  }

  /// However many are mapped: an entry each would take the time of their number squared.
  @Test(arguments: [Features(), .dmaIncoherent])
  func whatWasAbsentIsOneRun(_ features: Features) {
    let cache = cache(.vtdss, level: 0, ShadowDriver(), features)
    for index in 0..<512 as Range<UInt64> { store(cache, index, index << 12 | 3) }
    #expect(ranges(cache) == [0...0x1f_ffff])
  }

  // MARK: Devices

  private let inDevices = Reach(0x1000, 0x1fff, isDeviceTLB: true)
  private let inIOMMU = Reach(0x1000, 0x1fff)

  /// One whose devices have TLBs, and in which a leaf at 0x1000 was removed.
  private func withDevices(next: UInt64 = 0) -> MayCache {
    let ats = AMDCommands(npCache: false, ats: true, release: .linux7_3, format: .amdv1)
    let cache = cache(.vtdss, level: 0, ats)
    store(cache, 1, 0x8003)
    if next != 0 { store(cache, 2, next) }
    store(cache, 1, 0, count: next == 0 ? 1 : 2)
    return cache
  }

  @Test func aDeviceKeepsWhatTheIOMMUHasLost() {
    for everything in [inIOMMU, .everything] {
      let cache = withDevices()
      cache.apply(everything)
      #expect(ranges(cache) == [0x1000...0x1fff])
      #expect(!cache.stale.elements[0].isInIOMMU && cache.stale.elements[0].isInDevice)
      cache.apply(inIOMMU)
      #expect(ranges(cache) == [0x1000...0x1fff])
      cache.apply(inDevices)
      #expect(ranges(cache).isEmpty)
    }
  }

  @Test func aDeviceAsksAgainForWhatTheIOMMUStillHas() {
    for devices in [inDevices, .allDevices] {
      let cache = withDevices()
      cache.apply(devices)
      cache.apply(inIOMMU)
      #expect(ranges(cache) == [0x1000...0x1fff])
      cache.apply(devices)
      #expect(ranges(cache).isEmpty)
    }
  }

  @Test func aPartThatTheIOMMUHasLostIsTheDevicesAlone() {
    let cache = withDevices(next: 0x9003)
    cache.apply(inIOMMU)
    cache.apply(.allDevices)
    #expect(ranges(cache) == [0x2000...0x2fff])
    #expect(cache.stale.elements[0].isInIOMMU && cache.stale.elements[0].pa == 0x9000)
  }

  @Test func withoutDevicesOneCommandIsEnough() {
    let cache = cache(.vtdss, level: 0)
    store(cache, 1, 0x8003)
    store(cache, 1, 0)
    cache.apply(inIOMMU)
    #expect(ranges(cache).isEmpty)
  }

  // MARK: The top

  private func table(_ slot: UInt64) -> UInt64 { ArenaLayout.base + slot << 12 }

  /// Two tables and a leaf below a top that another one then replaces, which holds the first of them.
  private func withANewTop() -> MayCache {
    let amd = AMDCommands(npCache: false, ats: false, release: .linux7_3, format: .amdv1)
    let cache = cache(.vtdss, level: 1, amd)
    for slot in 1...3 as ClosedRange<UInt64> { cache.noteAllocated(pa: table(slot), size: 4096) }
    cache.noteStore(pa: table(1), count: 1, value: 0x8003, stride: 0)
    cache.noteStore(pa: table(2), count: 1, value: 0x9003, stride: 0)
    store(cache, 0, table(1) | 3)
    store(cache, 1, table(2) | 3)
    cache.noteStore(pa: table(3), count: 1, value: table(1) | 3, stride: 0)
    cache.begin(operation: 1, gather: -1, isOutside: false)
    cache.noteTop(pa: table(3), level: 1)
    return cache
  }

  /// What only the old top leads to may be cached, and cached anew by whoever begins there still.
  @Test func whatANewTopDoesNotHoldIsCachedAsLongAsWalksMayBeginWithTheOldOne() {
    let cache = withANewTop()
    let leaves = { cache.stale.elements.filter { $0.kind == .leaf }.map(\.first) }
    #expect(leaves() == [0x20_0000])
    cache.apply(.everything)
    #expect(leaves() == [0x20_0000])
    #expect(cache.isExposed(2) && cache.isExposed(0))
    cache.apply(.root)
    cache.apply(.everything)
    #expect(cache.stale.elements.isEmpty && !cache.isExposed(2) && !cache.isExposed(0))
    #expect(cache.isExposed(1))
  }
}
