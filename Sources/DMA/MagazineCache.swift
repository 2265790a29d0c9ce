// SPDX-License-Identifier: GPL-2.0-only

/// The freed IOVAs of one size class: two magazines a CPU, and a depot of full ones that all CPUs
/// share (`struct iova_rcache`). All memory is allocated when first used, or that of the CPUs'
/// magazines from the start, as the release has it.
struct MagazineCache: ~Copyable {
  private let cpus: Int
  /// Of all size classes.
  let maker: UnsafeMutablePointer<MagazineMaker>
  /// A pair for each CPU: the loaded magazine and the previous one.
  private var pairs: UnsafeMutablePointer<Magazine>?
  /// The words of the magazines that are there from the start.
  private var first: UnsafeMutablePointer<UInt64>?
  var depot = MagazineStack()
  /// Empty magazines that wait to be used again.
  var spare = MagazineStack()

  init(cpus: Int, maker: UnsafeMutablePointer<MagazineMaker>) {
    self.cpus = cpus
    self.maker = maker
    if !maker.pointee.isLazy { makeFirst() }
  }

  deinit {
    pairs?.deinitialize(count: 2 * cpus)
    pairs?.deallocate()
    first?.deallocate()
  }

  var depotCount: Int { depot.count }

  /// The CPU's two magazines, first the loaded one, then the previous one. Nil as long as no CPU has
  /// freed anything.
  func magazines(cpu: Int) -> UnsafeMutablePointer<Magazine>? { pairs.map { $0 + 2 * cpu } }

  /// True when `push` would move a full magazine to the depot.
  func pushFillsDepot(cpu: Int) -> Bool {
    guard let pair = magazines(cpu: cpu), !maker.pointee.fails else { return false }
    return isFull(pair[0]) && isFull(pair[1])
  }

  func isFull(_ magazine: borrowing Magazine) -> Bool {
    magazine.count == maker.pointee.capacity
  }

  /// True when `pop` would look into the depot.
  func popNeedsDepot(cpu: Int) -> Bool {
    guard let pair = magazines(cpu: cpu) else { return true }
    return pair[0].isEmpty && pair[1].isEmpty
  }

  /// Puts a frame into the CPU's magazines. When both are full, the loaded one goes to the depot, and a
  /// new one takes its place; false when there is none to be had.
  mutating func push(_ frame: UInt64, cpu: Int) -> Bool {
    let pair = magazines(cpu: cpu) ?? makePairs() + 2 * cpu
    if isFull(pair[0]) || !pair[0].hasMemory {
      if pair[1].hasMemory, !isFull(pair[1]) {
        swap(&pair[0], &pair[1])
      } else {
        guard maker.pointee.make() else { return false }
        replaceLoaded(pair)
      }
    }
    pair[0].push(frame)
    checkInvariants(cpu: cpu)
    return true
  }

  /// A new loaded magazine; the old one becomes the previous one where there is none yet.
  private mutating func replaceLoaded(_ pair: UnsafeMutablePointer<Magazine>) {
    guard pair[0].hasMemory else { return }
    if pair[1].hasMemory {
      depot.push(exchange(&pair[0], with: spare.pop() ?? Magazine()))
    } else {
      swap(&pair[0], &pair[1])
    }
  }

  /// Takes a frame that is not above `limit` out of the CPU's loaded magazine, after refilling that
  /// from the previous one or the depot if it was empty. 0 when there is none: frames in the
  /// previous magazine do not count while the loaded one holds any. Frame 0 gets here when a list
  /// that was mapped at 0 is unmapped, and is taken for none.
  mutating func pop(atMost limit: UInt64, cpu: Int) -> UInt64 {
    guard let pair = magazines(cpu: cpu) else { return 0 }
    if pair[0].isEmpty {
      if !pair[1].isEmpty {
        swap(&pair[0], &pair[1])
      } else if let full = depot.pop() {
        keep(exchange(&pair[0], with: full))
      } else {
        return 0
      }
    }
    defer { checkInvariants(cpu: cpu) }
    return pair[0].pop(atMost: limit)
  }

  /// Takes a full magazine out of the depot.
  mutating func takeFromDepot() -> Magazine? { depot.pop() }

  /// Takes back a magazine that `takeFromDepot` gave out, for use again.
  mutating func recycle(_ magazine: consuming Magazine) {
    magazine.clear()
    keep(magazine)
  }

  private mutating func keep(_ empty: consuming Magazine) {
    if empty.hasMemory { spare.push(empty) }
  }

  /// Allocates both magazines of each CPU.
  private mutating func makeFirst() {
    let size = maker.pointee.capacity + 1
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * cpus * size)
    let made = UnsafeMutablePointer<Magazine>.allocate(capacity: 2 * cpus)
    for index in 0..<2 * cpus {
      (made + index).initialize(to: Magazine(lending: words + index * size))
    }
    (first, pairs) = (words, made)
  }

  private mutating func makePairs() -> UnsafeMutablePointer<Magazine> {
    let made = UnsafeMutablePointer<Magazine>.allocate(capacity: 2 * cpus)
    for index in 0..<2 * cpus { (made + index).initialize(to: Magazine()) }
    pairs = made
    return made
  }
}
