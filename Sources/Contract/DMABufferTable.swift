// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// Memory that a driver has linked to a part of a range, in whole frames.
struct DMALink {
  var first: UInt64
  /// Inclusive.
  var last: UInt64
  var pa: UInt64
}

/// A buffer that a driver has mapped, or a range that it has taken.
struct DMABuffer {
  enum Kind {
    case buffer
    case list
    /// IOVAs for a mapping in two steps.
    case range
  }

  var kind = Kind.buffer
  /// Bytes that a range was asked for.
  var length: UInt64 = 0
  /// What a range translates to.
  var links: [DMALink] = []
  /// Its address is looked up before it is unmapped.
  var isLookedUp = false
  var handle: UInt16 = 0
  /// What the driver was told: where the device sees the first byte.
  var address: UInt64 = 0
  /// The whole frames around it; inclusive.
  var first: UInt64 = 0
  var last: UInt64 = 0
  /// The memory, in the order in which the device sees it.
  var pieces: [iopt_piece] = []
  /// Its memory is such that table words cannot hold all of its addresses, by a departure.
  var isBeyondWords = false
  /// Unmapped in part or whole, by a departure.
  var isTampered = false
  /// Its unmap does nothing, by a departure.
  var isNeverUnmapped = false
}

/// The live buffers, by handle and in no order. Removed ones keep their memory for the next.
struct DMABufferTable {
  private static let none: Int32 = -1

  private var pool: [DMABuffer] = []
  private(set) var count = 0
  private var places = [Int32](repeating: none, count: Int(IOPT_HANDLE_COUNT))

  subscript(index: Int) -> DMABuffer {
    _read { yield pool[index] }
    _modify { yield &pool[index] }
  }

  func index(of handle: UInt16) -> Int? {
    let place = places[Int(handle)]
    return place == Self.none ? nil : Int(place)
  }

  mutating func removeAll() {
    for index in 0..<count { places[Int(pool[index].handle)] = Self.none }
    count = 0
  }

  /// A new buffer without pieces, for the caller to fill. The handle must not be live.
  mutating func add(_ handle: UInt16) -> Int {
    if count == pool.count { pool.append(DMABuffer()) }
    pool[count].handle = handle
    pool[count].pieces.removeAll(keepingCapacity: true)
    pool[count].links.removeAll(keepingCapacity: true)
    pool[count].kind = .buffer
    pool[count].isLookedUp = false
    pool[count].isBeyondWords = false
    pool[count].isTampered = false
    pool[count].isNeverUnmapped = false
    places[Int(handle)] = Int32(count)
    count += 1
    return count - 1
  }

  mutating func remove(at index: Int) {
    places[Int(pool[index].handle)] = Self.none
    count -= 1
    if index == count { return }
    pool.swapAt(index, count)
    places[Int(pool[index].handle)] = Int32(index)
  }
}
