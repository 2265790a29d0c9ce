// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// Which optional services a host offers. Each does the plain thing and writes what it heard into
/// the log.
struct Listening: OptionSet {
  var rawValue: Int

  static let points = Listening(rawValue: 1)
  static let locks = Listening(rawValue: 2)
  static let cells = Listening(rawValue: 4)

  func install(on host: inout iopt_host) {
    if contains(.points) {
      host.yield = { host, point in
        iopt_log1(host!.pointee.log, DMARecord.pointKind, UInt64(point))
      }
    }
    if contains(.locks) { installLocks(on: &host) }
    if contains(.cells) { installCells(on: &host) }
  }

  private func installLocks(on host: inout iopt_host) {
    host.lock = { host, lock, index in
      iopt_log2(host!.pointee.log, DMARecord.lockKind, UInt64(lock), UInt64(index))
    }
    host.unlock = { host, lock, index in
      iopt_log2(host!.pointee.log, DMARecord.unlockKind, UInt64(lock), UInt64(index))
    }
  }

  private func installCells(on host: inout iopt_host) {
    host.load = { host, cell, address, order in
      iopt_log2(host!.pointee.log, DMARecord.loadKind, UInt64(cell), UInt64(order))
      return address!.pointee
    }
    host.store = { host, cell, address, value, order in
      iopt_log2(host!.pointee.log, DMARecord.storeKind, UInt64(cell), UInt64(order))
      address!.pointee = value
    }
    host.compare_exchange = { host, cell, address, expected, desired, order in
      iopt_log2(host!.pointee.log, DMARecord.exchangeKind, UInt64(cell), UInt64(order))
      let found = address!.pointee
      if found == expected { address!.pointee = desired }
      return found
    }
  }
}
