// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The host's services as the DMA layer uses them. The optional ones cost a test when the host does
/// not offer them: the calls are kept out of the callers.
struct HostServices {
  let host: UnsafeMutablePointer<iopt_host>

  var log: UnsafeMutablePointer<iopt_log> { host.pointee.log }

  /// May another virtual CPU run here?
  @inline(__always)
  func yield(_ point: iopt_point) {
    if host.pointee.yield != nil { callYield(point) }
  }

  /// Whether the host is told of locks.
  var lendsLocks: Bool { host.pointee.lock != nil }

  @inline(__always)
  func lock(_ lock: iopt_lock, _ index: UInt32 = 0) {
    if host.pointee.lock != nil { callLock(lock, index) }
  }

  @inline(__always)
  func unlock(_ lock: iopt_lock, _ index: UInt32 = 0) {
    if host.pointee.unlock != nil { callUnlock(lock, index) }
  }

  @inline(never)
  private func callYield(_ point: iopt_point) { host.pointee.yield(host, point.rawValue) }

  @inline(never)
  private func callLock(_ lock: iopt_lock, _ index: UInt32) {
    host.pointee.lock(host, lock.rawValue, index)
  }

  @inline(never)
  private func callUnlock(_ lock: iopt_lock, _ index: UInt32) {
    host.pointee.unlock(host, lock.rawValue, index)
  }

  /// May a flush queue be allocated now?
  func mayAllocateQueue() -> Bool { host.pointee.alloc_queue(host) != 0 }
}

/// One word that virtual CPUs share and whose order of access matters.
struct SharedCell {
  let cell: iopt_cell
  let address: UnsafeMutablePointer<UInt64>

  /// Read where nobody else can write it.
  var unsharedValue: UInt64 { address.pointee }

  @inline(__always)
  func load(_ order: iopt_order, _ services: HostServices) -> UInt64 {
    services.host.pointee.load == nil ? address.pointee : callLoad(order, services.host)
  }

  @inline(__always)
  func store(_ value: UInt64, _ order: iopt_order, _ services: HostServices) {
    if services.host.pointee.store == nil {
      address.pointee = value
    } else {
      callStore(value, order, services.host)
    }
  }

  /// True when the word held `expected` and was replaced.
  @inline(__always)
  func replace(
    _ expected: UInt64, with desired: UInt64, _ order: iopt_order, _ services: HostServices
  ) -> Bool {
    if services.host.pointee.compare_exchange != nil {
      return callExchange(expected, desired, order, services.host) == expected
    }
    if address.pointee != expected { return false }
    address.pointee = desired
    return true
  }

  @inline(never)
  private func callLoad(_ order: iopt_order, _ host: UnsafeMutablePointer<iopt_host>) -> UInt64 {
    host.pointee.load(host, cell.rawValue, address, order.rawValue)
  }

  @inline(never)
  private func callStore(
    _ value: UInt64, _ order: iopt_order, _ host: UnsafeMutablePointer<iopt_host>
  ) {
    host.pointee.store(host, cell.rawValue, address, value, order.rawValue)
  }

  @inline(never)
  private func callExchange(
    _ expected: UInt64, _ desired: UInt64, _ order: iopt_order,
    _ host: UnsafeMutablePointer<iopt_host>
  ) -> UInt64 {
    host.pointee.compare_exchange(
      host, cell.rawValue, address, expected, desired, order.rawValue)
  }

  @inline(__always)
  func increment(_ services: HostServices) {
    var value = load(IOPT_RELAXED, services)
    while !replace(value, with: value &+ 1, IOPT_RELAXED, services) {
      value = load(IOPT_RELAXED, services)
    }
  }
}
