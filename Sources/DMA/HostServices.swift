// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The host's services as the DMA layer uses them: the optional ones do the plain thing inline when
/// the host does not offer them.
struct HostServices {
  let host: UnsafeMutablePointer<iopt_host>

  var log: UnsafeMutablePointer<iopt_log> { host.pointee.log }

  /// May another virtual CPU run here?
  @inline(__always)
  func yield(_ point: iopt_point) {
    if let yield = host.pointee.yield { yield(host, point.rawValue) }
  }

  @inline(__always)
  func lock(_ lock: iopt_lock, _ index: UInt32 = 0) {
    if let service = host.pointee.lock { service(host, lock.rawValue, index) }
  }

  @inline(__always)
  func unlock(_ lock: iopt_lock, _ index: UInt32 = 0) {
    if let service = host.pointee.unlock { service(host, lock.rawValue, index) }
  }

  /// May a flush queue be allocated now?
  func mayAllocateQueue() -> Bool { host.pointee.alloc_queue(host) != 0 }
}

/// One word that virtual CPUs share and whose order of access matters.
struct SharedCell {
  let cell: iopt_cell
  let address: UnsafeMutablePointer<UInt64>

  @inline(__always)
  func load(_ order: iopt_order, _ services: HostServices) -> UInt64 {
    let host = services.host
    guard let load = host.pointee.load else { return address.pointee }
    return load(host, cell.rawValue, address, order.rawValue)
  }

  @inline(__always)
  func store(_ value: UInt64, _ order: iopt_order, _ services: HostServices) {
    let host = services.host
    guard let store = host.pointee.store else {
      address.pointee = value
      return
    }
    store(host, cell.rawValue, address, value, order.rawValue)
  }

  /// True when the word held `expected` and was replaced.
  @inline(__always)
  func replace(
    _ expected: UInt64, with desired: UInt64, _ order: iopt_order, _ services: HostServices
  ) -> Bool {
    let host = services.host
    guard let exchange = host.pointee.compare_exchange else {
      if address.pointee != expected { return false }
      address.pointee = desired
      return true
    }
    return exchange(host, cell.rawValue, address, expected, desired, order.rawValue) == expected
  }

  @inline(__always)
  func increment(_ services: HostServices) {
    var value = load(IOPT_RELAXED, services)
    while !replace(value, with: value &+ 1, IOPT_RELAXED, services) {
      value = load(IOPT_RELAXED, services)
    }
  }
}
