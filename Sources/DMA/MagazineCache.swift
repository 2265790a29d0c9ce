// SPDX-License-Identifier: GPL-2.0-only

/// The freed IOVAs of one size class: two magazines a CPU, and a depot of full ones that all CPUs
/// share (`struct iova_rcache`). All memory is allocated when first used; an absent magazine counts
/// as an empty one.
struct MagazineCache: ~Copyable {
  /// What one CPU works with.
  private struct Pair {
    var loaded: Magazine?
    var previous: Magazine?
  }

  private let cpus: Int
  private var pairs: UnsafeMutablePointer<Pair>?
  private var depot = MagazineStack()
  /// Empty magazines that wait to be used again.
  private var spare = MagazineStack()

  init(cpus: Int) { self.cpus = cpus }

  deinit {
    guard let pairs else { return }
    for cpu in 0..<cpus {
      pairs[cpu].loaded?.deallocate()
      pairs[cpu].previous?.deallocate()
    }
    pairs.deallocate()
  }

  var depotCount: Int { depot.count }

  /// True when `push` would move a full magazine to the depot.
  func pushFillsDepot(cpu: Int) -> Bool {
    guard let pair = pairs?[cpu], let loaded = pair.loaded, let previous = pair.previous else {
      return false
    }
    return loaded.isFull && previous.isFull
  }

  /// True when `pop` would look into the depot.
  func popNeedsDepot(cpu: Int) -> Bool {
    guard let pair = pairs?[cpu] else { return true }
    return pair.loaded?.isEmpty != false && pair.previous?.isEmpty != false
  }

  /// Puts a frame into the CPU's magazines. When both are full, the loaded one goes to the depot.
  mutating func push(_ frame: UInt64, cpu: Int) {
    let pair = pairsMade() + cpu
    if pair.pointee.loaded?.isFull == true {
      if pair.pointee.previous?.isFull == true {
        depot.push(pair.pointee.loaded!)
        pair.pointee.loaded = nil
      } else {
        swap(&pair.pointee.loaded, &pair.pointee.previous)
      }
    }
    if pair.pointee.loaded == nil { pair.pointee.loaded = spare.pop() ?? .allocate() }
    pair.pointee.loaded!.push(frame)
  }

  /// Takes a frame that is not above `limit` out of the CPU's loaded magazine, after refilling that
  /// from the previous one or the depot if it was empty. 0 when there is none: frames in the
  /// previous magazine do not count while the loaded one holds any.
  mutating func pop(atMost limit: UInt64, cpu: Int) -> UInt64 {
    guard let pair = pairs.map({ $0 + cpu }) else { return 0 }
    if pair.pointee.loaded?.isEmpty != false {
      if pair.pointee.previous?.isEmpty == false {
        swap(&pair.pointee.loaded, &pair.pointee.previous)
      } else if let full = depot.pop() {
        if let empty = pair.pointee.loaded { spare.push(empty) }
        pair.pointee.loaded = full
      } else {
        return 0
      }
    }
    return pair.pointee.loaded!.pop(atMost: limit)
  }

  /// Takes a full magazine out of the depot.
  mutating func takeFromDepot() -> Magazine? { depot.pop() }

  /// The CPU's magazines, either of which may be absent.
  func magazines(cpu: Int) -> (loaded: Magazine?, previous: Magazine?) {
    guard let pair = pairs?[cpu] else { return (nil, nil) }
    return (pair.loaded, pair.previous)
  }

  /// Takes back a magazine that `takeFromDepot` gave out, for use again.
  mutating func recycle(_ magazine: Magazine) {
    magazine.clear()
    spare.push(magazine)
  }

  private mutating func pairsMade() -> UnsafeMutablePointer<Pair> {
    if let pairs { return pairs }
    let made = UnsafeMutablePointer<Pair>.allocate(capacity: cpus)
    made.initialize(repeating: Pair(), count: cpus)
    pairs = made
    return made
  }
}

/// Magazines, last in, first out. Owns them.
private struct MagazineStack: ~Copyable {
  private(set) var count = 0
  private var capacity = 0
  private var magazines: UnsafeMutablePointer<Magazine>?

  deinit {
    guard let magazines else { return }
    for index in 0..<count { magazines[index].deallocate() }
    magazines.deallocate()
  }

  mutating func push(_ magazine: Magazine) {
    if count == capacity { grow() }
    magazines![count] = magazine
    count += 1
  }

  mutating func pop() -> Magazine? {
    if count == 0 { return nil }
    count -= 1
    return magazines![count]
  }

  private mutating func grow() {
    capacity = max(8, capacity * 2)
    let larger = UnsafeMutablePointer<Magazine>.allocate(capacity: capacity)
    if let magazines {
      larger.update(from: magazines, count: count)
      magazines.deallocate()
    }
    magazines = larger
  }
}
