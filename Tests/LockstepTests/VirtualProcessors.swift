// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import SubjectABI

/// A host whose scheduler runs two operations on one domain as virtual CPUs 0 and 1, one at a time:
/// at each service, the schedule says which of the two goes on.
final class VirtualProcessors: @unchecked Sendable {
  /// The services come first: a callback finds the rest from the pointer it is handed.
  private struct Block {
    var services = iopt_host()
    var log = iopt_log()
    var owner: Unmanaged<VirtualProcessors>
  }

  private let block: UnsafeMutablePointer<Block>
  private let turn = NSCondition()
  private var current = 0
  private var isFinished = [false, false]
  private var lockOwner: Int?
  /// Which CPU goes on after the Nth call of `yield`; CPU 0, then 1, when it is used up.
  private var schedule: [Int] = []
  /// Who called `yield` where, in order.
  private(set) var points: [(cpu: Int, point: UInt32)] = []
  /// Accesses to shared cells.
  private(set) var cells: Set<UInt32> = []

  /// Without `schedules`, the optional services are null.
  init(schedules: Bool) {
    block = .allocate(capacity: 1)
    block.initialize(to: Block(owner: Unmanaged.passUnretained(self)))
    let log = UnsafeMutableRawPointer(block).advanced(by: MemoryLayout<Block>.offset(of: \.log)!)
      .assumingMemoryBound(to: iopt_log.self)
    log.pointee.words = .allocate(capacity: 256)
    log.pointee.capacity = 256
    log.pointee.grow = { _, _ in fatalError("the prototype logs little") }
    host.pointee.size = UInt32(MemoryLayout<iopt_host>.size)
    host.pointee.abi_version = UInt32(IOPT_ABI_VERSION)
    host.pointee.log = log
    if schedules { setServices() }
  }

  deinit {
    block.pointee.log.words.deallocate()
    block.deallocate()
  }

  var host: UnsafeMutablePointer<iopt_host> {
    UnsafeMutableRawPointer(block).assumingMemoryBound(to: iopt_host.self)
  }

  var log: [UInt64] {
    Array(UnsafeBufferPointer(start: block.pointee.log.words, count: Int(block.pointee.log.count)))
  }

  private static func of(_ host: UnsafeMutablePointer<iopt_host>?) -> VirtualProcessors {
    UnsafeMutableRawPointer(host!).assumingMemoryBound(to: Block.self).pointee.owner
      .takeUnretainedValue()
  }

  private func setServices() {
    host.pointee.yield = { VirtualProcessors.of($0).yield($1) }
    host.pointee.lock = { host, _, _ in VirtualProcessors.of(host).lock() }
    host.pointee.unlock = { host, _, _ in VirtualProcessors.of(host).lockOwner = nil }
    host.pointee.load = { host, cell, address, _ in
      VirtualProcessors.of(host).cells.insert(cell)
      return address!.pointee
    }
    host.pointee.store = { host, cell, address, value, _ in
      VirtualProcessors.of(host).cells.insert(cell)
      address!.pointee = value
    }
    host.pointee.compare_exchange = { host, cell, address, expected, desired, _ in
      VirtualProcessors.of(host).cells.insert(cell)
      let old = address!.pointee
      if old == expected { address!.pointee = desired }
      return old
    }
  }

  /// Runs both, each on a thread of its own, until both have returned.
  func run(schedule: [Int], _ work: [@Sendable () -> Void]) {
    self.schedule = schedule
    let group = DispatchGroup()
    for (cpu, body) in work.enumerated() {
      group.enter()
      Thread.detachNewThread {
        self.wait(for: cpu)
        body()
        self.isFinished[cpu] = true
        self.hand(to: 1 - cpu)
        group.leave()
      }
    }
    group.wait()
  }

  private func wait(for cpu: Int) {
    turn.lock()
    while current != cpu { turn.wait() }
    turn.unlock()
  }

  private func hand(to cpu: Int) {
    turn.lock()
    current = cpu
    turn.broadcast()
    turn.unlock()
  }

  /// Only the current CPU's thread is here.
  private func yield(_ point: UInt32) {
    let cpu = current
    points.append((cpu, point))
    let next = schedule.isEmpty ? cpu : schedule.removeFirst()
    if next != cpu { pass(from: cpu) }
  }

  private func lock() {
    while lockOwner != nil { pass(from: current) }
    lockOwner = current
  }

  /// Lets the other one go on until this one's turn comes again.
  private func pass(from cpu: Int) {
    guard !isFinished[1 - cpu] else { return }
    hand(to: 1 - cpu)
    wait(for: cpu)
  }
}
