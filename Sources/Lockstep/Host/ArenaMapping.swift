// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import Synchronization

/// The addresses of one arena, with guards in front and behind. Reserved, not committed. All pages
/// are closed until they are opened; a touch of a closed one is noted (``ArenaWatch``), and opens
/// everything.
struct ArenaMapping: ~Copyable {
  /// Bytes of an arena.
  static let size = ArenaLayout.slotCount * ArenaLayout.slotSize
  /// Bytes in front of it and behind it that nobody may touch: an index that is one table off still
  /// hits them.
  static let guardSize = Int(ArenaLayout.largestTable)
  /// Bytes on either side of that which are closed for good: what is further off than a guard is wide
  /// is a crash, and not the memory of another arena.
  private static let reserve = 16 << 20
  /// Where arenas are asked to lie, one after the other: as far from each other, and from all that
  /// systems put somewhere, that a stray address hits none.
  private static let (firstPlace, places, distance) = (UInt(1) << 45, UInt(64), UInt(1) << 40)
  private static let made = Atomic<UInt>(0)

  /// The arena's first byte.
  let memory: UnsafeMutableRawPointer
  private let watched: UnsafeMutablePointer<ArenaWatch.Watched>

  init() {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let number = Self.made.add(1, ordering: .relaxed).oldValue % Self.places
    // Where that is taken the system chooses another.
    let place = UnsafeMutableRawPointer(bitPattern: Self.firstPlace + number * Self.distance)
    let mapped = mmap(place, Self.mappedSize, PROT_NONE, flags, -1, 0)
    guard let mapped, mapped != MAP_FAILED else {
      endForWant(of: Self.mappedSize, for: "table memory")
    }
    let start = mapped + Self.reserve
    memory = start + Self.guardSize
    watched = ArenaWatch.add(start: start, memory: memory)
  }

  deinit {
    ArenaWatch.remove(watched)
    munmap(memory - Self.guardSize - Self.reserve, Self.mappedSize)
  }

  /// Bytes of address space for one.
  static var mappedSize: Int { ArenaWatch.span + 2 * reserve }

  /// Whether a closed page was touched since ``wipe()``; everything is open since.
  @inline(__always)
  var isTouched: Bool { watched.pointee.touched != 0 }

  /// Where the first closed page was touched, as a physical address, and how.
  var touch: (pa: UInt64, access: Trespass.Access)? {
    guard isTouched else { return nil }
    let access: Trespass.Access =
      switch watched.pointee.access {
      case 0: .read
      case 1: .write
      default: .touch
      }
    let offset = UInt64(watched.pointee.touched &- watched.pointee.memory)
    return (ArenaLayout.base &+ offset, access)
  }

  func open(_ slots: Range<Int>) {
    guard protect(slots, PROT_READ | PROT_WRITE) else {
      fatalError("cannot open table memory: errno \(errno)")
    }
  }

  /// False when the system does not do it: it bounds how often a process's memory changes its
  /// protection.
  @discardableResult
  func close(_ slots: Range<Int>) -> Bool { isTouched || protect(slots, PROT_NONE) }

  private func protect(_ slots: Range<Int>, _ protection: Int32) -> Bool {
    guard !slots.isEmpty else { return true }
    let start = memory + slots.lowerBound * ArenaLayout.slotSize
    return mprotect(start, slots.count * ArenaLayout.slotSize, protection) == 0
  }

  /// Everything back to zero and closed, after a touch that may have been the first of many.
  func wipe() {
    let start = memory - Self.guardSize
    madvise(start, ArenaWatch.span, MADV_DONTNEED)
    mprotect(start, ArenaWatch.span, PROT_NONE)
    watched.pointee.touched = 0
  }
}
