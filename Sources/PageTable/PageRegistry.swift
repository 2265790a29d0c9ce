// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A list of table pages in the order in which they were added, linked through the registry. Small
/// enough to sit in an entry of a flush queue.
public struct TableList {
  /// Slot number and one; 0: none.
  fileprivate(set) var first: UInt32 = 0
  fileprivate(set) var last: UInt32 = 0

  public init() {}

  /// Whether no page is in it.
  public var isEmpty: Bool { first == 0 }
}

/// What is known of each table page besides its words: its place in a list, and whether it is in
/// incoherent-DMA handling. Indexed by slot and grown as slots are handed out.
struct PageRegistry: ~Copyable {
  private struct Page {
    var next: UInt32 = 0
    var isIncoherent = false
  }

  private var pages: UnsafeMutablePointer<Page>
  private var capacity: Int

  private static let firstCapacity = 64

  init() {
    capacity = Self.firstCapacity
    pages = .allocate(capacity: capacity)
    pages.initialize(repeating: Page(), count: capacity)
  }

  deinit { pages.deallocate() }

  @inline(__always)
  private static func slot(_ pa: UInt64) -> Int {
    Int(truncatingIfNeeded: (pa &- arenaBase) >> 12)
  }

  @inline(__always)
  private static func address(_ link: UInt32) -> UInt64 {
    arenaBase + (UInt64(link) - 1) << 12
  }

  /// Makes room for the page at `pa`; it is in no list and coherent.
  @inline(__always)
  mutating func add(_ pa: UInt64) {
    let slot = Self.slot(pa)
    if slot >= capacity { grow(to: slot) }
    pages[slot] = Page()
  }

  @inline(never)
  private mutating func grow(to slot: Int) {
    var larger = capacity
    while larger <= slot { larger *= 2 }
    let new = UnsafeMutablePointer<Page>.allocate(capacity: larger)
    new.update(from: pages, count: capacity)
    (new + capacity).initialize(repeating: Page(), count: larger - capacity)
    pages.deallocate()
    pages = new
    capacity = larger
  }

  func isIncoherent(_ pa: UInt64) -> Bool { pages[Self.slot(pa)].isIncoherent }

  func setIncoherent(_ pa: UInt64, _ value: Bool) { pages[Self.slot(pa)].isIncoherent = value }

  /// Adds a page at the end.
  @inline(__always)
  func append(_ pa: UInt64, to list: inout TableList) {
    let link = UInt32(truncatingIfNeeded: Self.slot(pa) + 1)
    pages[Int(link) - 1].next = 0
    if list.last == 0 {
      list.first = link
    } else {
      pages[Int(list.last) - 1].next = link
    }
    list.last = link
  }

  /// Puts `front` before what the list holds.
  @inline(__always)
  func prepend(_ front: TableList, to list: inout TableList) {
    if front.first == 0 { return }
    pages[Int(front.last) - 1].next = list.first
    list.first = front.first
    if list.last == 0 { list.last = front.last }
  }

  /// Calls `body` with each page's address, in order. The page may be freed meanwhile.
  @inline(__always)
  func forEach(_ list: TableList, _ body: (UInt64) -> Void) {
    var link = list.first
    while link != 0 {
      let next = pages[Int(link) - 1].next
      body(Self.address(link))
      link = next
    }
  }
}

/// The physical address of slot 0.
@inline(__always) var arenaBase: UInt64 { 0x8_0000_0000 }
