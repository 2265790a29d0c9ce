// SPDX-License-Identifier: GPL-2.0-only

import ScenarioLanguage

/// What is mapped through the DMA API in one address space.
struct DMASpace {
  /// A buffer, by the DMA address that its device got.
  struct Buffer {
    var handle: UInt16
    /// The address of its first granule, and bytes in whole granules.
    var first: UInt64
    var length: UInt64
    /// As the event said it.
    var size: UInt64
    /// Of a list: what tells it from others, and where it began; 0 for a buffer.
    var mark: UInt64 = 0
    var direction = DMADirection.bidirectional
  }

  var handles = HandlePool()
  /// Unmaps that were told already, and whose own events are still to come: task by DMA address.
  private var late: [UInt64: Int32] = [:]
  private(set) var buffers: [UInt64: Buffer] = [:]
  /// DMA addresses of lists by the mark of their physical addresses.
  private var lists: [UInt64: [UInt64]] = [:]
  /// Some buffer's DMA address was its physical one; some other's was not.
  var sawIdentity = false
  var isTranslated = false
  /// Page-level events were beside its own.
  var hasPages = false

  /// The unmap at an address was told; a task will print its event.
  mutating func expectLate(_ address: UInt64, by pid: Int32) {
    if late.count >= 1 << 12 { late.removeAll() }
    late[address] = pid
  }

  /// Whether a task's unmap at an address was told already; only once.
  mutating func takeLate(_ address: UInt64, by pid: Int32) -> Bool {
    guard !late.isEmpty, late[address] == pid else { return false }
    late[address] = nil
    return true
  }

  mutating func add(_ buffer: Buffer, at address: UInt64) {
    buffers[address] = buffer
    if buffer.mark != 0 { lists[buffer.mark, default: []].append(address) }
  }

  mutating func remove(_ address: UInt64) -> Buffer? {
    guard let buffer = buffers.removeValue(forKey: address) else { return nil }
    handles.giveBack(buffer.handle)
    if buffer.mark != 0, var list = lists[buffer.mark] {
      list.removeAll { $0 == address }
      lists[buffer.mark] = list.isEmpty ? nil : list
    }
    return buffer
  }

  /// The DMA addresses of the lists with these physical addresses, the oldest first.
  func lists(marked mark: UInt64) -> [UInt64] { lists[mark] ?? [] }

  /// What tells a list from others: its physical addresses, of which a mapping's event has no more
  /// than the first 128. Never 0.
  static func mark(_ physical: [UInt64]) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for address in physical.prefix(128) {
      hash = (hash ^ address) &* 0x100_0000_01b3
      hash ^= hash >> 29
    }
    return hash | 1
  }
}
