// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The IOVA allocator: an `IOVASpace` behind per-CPU caches of freed ranges of up to 32 frames
/// (`alloc_iova_fast()`, `free_iova_fast()` of drivers/iommu/iova.c). Counts are in frames.
///
/// Nothing here holds exclusive access to its parts while it waits for a lock: another virtual CPU
/// may run then, on the same parts.
struct IOVAAllocator: ~Copyable {
  /// Size classes: 1, 2, 4 … 32 frames (IOVA_RANGE_CACHE_MAX_SIZE).
  static let classCount = 6

  private let cpus: Int
  private let services: HostServices
  private let space: UnsafeMutablePointer<IOVASpace>
  private let caches: UnsafeMutablePointer<MagazineCache>
  private let maker: UnsafeMutablePointer<MagazineMaker>
  /// How many CPUs, from 0 on, may have something in their magazines.
  private let cachingCPUs: UnsafeMutablePointer<Int>

  init(
    services: HostServices, cpus: Int, start: UInt64, granuleLog2: UInt64, magazines: MagazineMaker
  ) {
    self.cpus = cpus
    self.services = services
    space = .allocate(capacity: 1)
    space.initialize(to: IOVASpace(start: start, granuleLog2: granuleLog2))
    maker = .allocate(capacity: 1)
    maker.initialize(to: magazines)
    maker.pointee.skipSetUp(cpus: cpus)
    cachingCPUs = .allocate(capacity: 1)
    cachingCPUs.initialize(to: 0)
    caches = .allocate(capacity: IOVAAllocator.classCount)
    for index in 0..<IOVAAllocator.classCount {
      (caches + index).initialize(to: MagazineCache(cpus: cpus, maker: maker))
    }
  }

  deinit {
    caches.deinitialize(count: IOVAAllocator.classCount)
    caches.deallocate()
    cachingCPUs.deallocate()
    maker.deallocate()
    space.deinitialize(count: 1)
    space.deallocate()
  }

  /// Takes `count` frames whose addresses do not pass the frame `last`: from the CPU's cache or else
  /// from the space. `thorough`: when both fail, empties all caches into the space and tries it
  /// again. Returns the first frame, 0 when there is none.
  func allocate(_ count: UInt64, last: UInt64, thorough: Bool, cpu: Int) -> UInt64 {
    let cacheable = count < 1 << (IOVAAllocator.classCount - 1)
    let rounded = cacheable ? 1 << IOVAAllocator.order(of: count) : count
    let order = IOVAAllocator.order(of: rounded)
    if order < IOVAAllocator.classCount {
      // A limit too small for the size wraps around here, and then any cached frame will do.
      let cached = pop(order, atMost: last &+ 1 &- rounded, cpu: cpu)
      if cached != 0 { return cached }
    }
    let found = allocateFromSpace(rounded, last: last)
    if found != 0 || !thorough { return found }
    emptyCaches()
    return allocateFromSpace(rounded, last: last)
  }

  /// Gives back `count` frames from `frame` on. True when the depot's work is to be scheduled for
  /// the size class, because a magazine went there.
  func free(_ frame: UInt64, count: UInt64, cpu: Int) -> DepotRequest {
    let order = IOVAAllocator.order(of: count)
    if order < IOVAAllocator.classCount, let request = push(frame, order, cpu: cpu) {
      return request
    }
    services.lock(IOPT_LOCK_IOVA_TREE)
    _ = space.pointee.release(frame)
    services.unlock(IOPT_LOCK_IOVA_TREE)
    return .none
  }

  /// Takes a range out of what may be allocated.
  func reserve(_ range: IOVARange) {
    services.lock(IOPT_LOCK_IOVA_TREE)
    space.pointee.reserve(range)
    services.unlock(IOPT_LOCK_IOVA_TREE)
  }

  /// The depot's delayed work: with more magazines there than CPUs, one of them goes back to the
  /// space. True when it did, and the work is to run again.
  func trimDepot(_ order: Int) -> Bool {
    let index = UInt32(order)
    services.lock(IOPT_LOCK_IOVA_DEPOT, index)
    var taken: Magazine?
    if caches[order].depotCount > cpus { taken = caches[order].takeFromDepot() }
    services.unlock(IOPT_LOCK_IOVA_DEPOT, index)
    guard var taken else { return false }
    release(&taken)
    caches[order].recycle(taken)
    return true
  }

  /// Base-2 logarithm, rounded up.
  private static func order(of count: UInt64) -> Int {
    UInt64.bitWidth - (count &- 1).leadingZeroBitCount
  }

  private func allocateFromSpace(_ count: UInt64, last: UInt64) -> UInt64 {
    services.lock(IOPT_LOCK_IOVA_TREE)
    let frame = space.pointee.allocate(count, below: last &+ 1)
    services.unlock(IOPT_LOCK_IOVA_TREE)
    return frame
  }

  private func pop(_ order: Int, atMost limit: UInt64, cpu: Int) -> UInt64 {
    services.lock(IOPT_LOCK_IOVA_CPU, UInt32(cpu))
    let usesDepot = caches[order].popNeedsDepot(cpu: cpu)
    if usesDepot { services.lock(IOPT_LOCK_IOVA_DEPOT, UInt32(order)) }
    noteUse(cpu: cpu)
    let frame = caches[order].pop(atMost: limit, cpu: cpu)
    if usesDepot { services.unlock(IOPT_LOCK_IOVA_DEPOT, UInt32(order)) }
    services.unlock(IOPT_LOCK_IOVA_CPU, UInt32(cpu))
    return frame
  }

  /// nil when the caches do not take it.
  private func push(_ frame: UInt64, _ order: Int, cpu: Int) -> DepotRequest? {
    services.lock(IOPT_LOCK_IOVA_CPU, UInt32(cpu))
    let usesDepot = caches[order].pushFillsDepot(cpu: cpu)
    if usesDepot { services.lock(IOPT_LOCK_IOVA_DEPOT, UInt32(order)) }
    noteUse(cpu: cpu)
    let isTaken = caches[order].push(frame, cpu: cpu)
    if usesDepot { services.unlock(IOPT_LOCK_IOVA_DEPOT, UInt32(order)) }
    services.unlock(IOPT_LOCK_IOVA_CPU, UInt32(cpu))
    guard isTaken else { return nil }
    return usesDepot ? .trim(order: order) : DepotRequest.none
  }

  @inline(__always)
  private func noteUse(cpu: Int) {
    if cpu >= cachingCPUs.pointee { cachingCPUs.pointee = cpu + 1 }
  }

  /// Gives everything that is cached back to the space, the CPUs' magazines first. Only a host that
  /// lends locks can tell that empty ones are looked at.
  private func emptyCaches() {
    for cpu in 0..<(services.lendsLocks ? cpus : cachingCPUs.pointee) {
      for order in 0..<IOVAAllocator.classCount {
        services.lock(IOPT_LOCK_IOVA_CPU, UInt32(cpu))
        let pair = caches[order].magazines(cpu: cpu)
        release(pair)
        release(pair.map { $0 + 1 })
        services.unlock(IOPT_LOCK_IOVA_CPU, UInt32(cpu))
      }
    }
    for order in 0..<IOVAAllocator.classCount {
      services.lock(IOPT_LOCK_IOVA_DEPOT, UInt32(order))
      while var full = caches[order].takeFromDepot() {
        release(&full)
        caches[order].recycle(full)
      }
      services.unlock(IOPT_LOCK_IOVA_DEPOT, UInt32(order))
    }
  }

  /// Gives a magazine's frames back to the space, from the bottom up, and leaves it empty. Where
  /// there is no magazine yet, the tree is not locked for it.
  private func release(_ magazine: UnsafeMutablePointer<Magazine>?) {
    guard let magazine, magazine.pointee.hasMemory else { return }
    services.lock(IOPT_LOCK_IOVA_TREE)
    for index in 0..<magazine.pointee.count
    where !space.pointee.release(magazine.pointee[index]) {
      iopt_log0(services.log, IOPT_EVENT_WARN.rawValue)
    }
    magazine.pointee.clear()
    services.unlock(IOPT_LOCK_IOVA_TREE)
  }
}

/// What a free asks of the depot's delayed work.
enum DepotRequest: Equatable {
  case none
  /// Schedule it for this size class, unless it is pending already.
  case trim(order: Int)
}
