// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

// A host that listens offers the scheduler's services. Each does the plain thing, and writes a record
// of what it heard between the subject's own: so two subjects are held against each other in the
// points that they pass, the locks that they take and the shared words that they touch, and in what
// table memory holds at each of these.

/// What a listening host writes down.
struct Hearing {
  /// Points that both sides of a comparison state, a mask of `enum iopt_point`.
  var points: UInt64 = 0
  /// Points that the subject states. One that it passes without is written down too.
  var stated: UInt64 = 0
  var locks = false
  var cells = false

  /// Kinds of the records, from the end of the subject ABI's numbers.
  static let point: UInt32 = 58
  static let lock: UInt32 = 59
  static let unlock: UInt32 = 60
  static let load: UInt32 = 61
  static let store: UInt32 = 62
  static let exchange: UInt32 = 63

  @inline(__always)
  func takes(_ point: UInt32) -> Bool {
    let bit: UInt64 = point < 64 ? 1 << UInt64(point) : 0
    return points & bit != 0 || stated & bit == 0
  }
}

extension Host {
  /// Offers all of version 1's optional services from now on. Not while a domain is open.
  func listen() {
    let host = services
    host.pointee.yield = { host, point in
      guard hostState(host).pointee.hearing.takes(point) else { return }
      iopt_log1(host!.pointee.log, Hearing.point, UInt64(point))
    }
    host.pointee.lock = { noteLock($0, Hearing.lock, $1, $2) }
    host.pointee.unlock = { noteLock($0, Hearing.unlock, $1, $2) }
    host.pointee.load = { host, cell, address, order in
      noteCell(host, Hearing.load, cell, order)
      return address!.pointee
    }
    host.pointee.store = { host, cell, address, value, order in
      noteCell(host, Hearing.store, cell, order)
      address!.pointee = value
    }
    host.pointee.compare_exchange = { host, cell, address, expected, desired, order in
      noteCell(host, Hearing.exchange, cell, order)
      let found = address!.pointee
      if found == expected { address!.pointee = desired }
      return found
    }
    keepOffer()
  }
}

private func noteLock(
  _ host: UnsafeMutablePointer<iopt_host>?, _ kind: UInt32, _ lock: UInt32, _ index: UInt32
) {
  guard hostState(host).pointee.hearing.locks else { return }
  iopt_log2(host!.pointee.log, kind, UInt64(lock), UInt64(index))
}

private func noteCell(
  _ host: UnsafeMutablePointer<iopt_host>?, _ kind: UInt32, _ cell: UInt32, _ order: UInt32
) {
  guard hostState(host).pointee.hearing.cells else { return }
  iopt_log2(host!.pointee.log, kind, UInt64(cell), UInt64(order))
}

extension Lane {
  /// Writes down what all of `lanes` state that they have in common, where this one listens.
  func hear(with lanes: [Lane]) {
    guard manner.contains(.listens) else { return }
    let all = lanes.map(\.subject.capabilities)
    let common = all.reduce(Capabilities.version1) { $0.intersection($1) }
    let own = subject.capabilities
    host.state.pointee.hearing = Hearing(
      points: common.points, stated: own.services.contains(.yield) ? own.points : 0,
      locks: common.services.contains(.locks), cells: common.services.contains(.cells))
  }
}
