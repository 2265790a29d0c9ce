// SPDX-License-Identifier: GPL-2.0-only

/// An input that is being changed in place: `size` bytes of a buffer.
struct InputBuffer {
  private let storage: UnsafeMutableBufferPointer<UInt8>
  private(set) var size: Int
  /// What operations are read as; nil: as the input's own header says, which may be changed.
  let form: InputForm?

  init(_ storage: UnsafeMutableBufferPointer<UInt8>, size: Int, as form: InputForm? = nil) {
    self.storage = storage
    self.size = size
    self.form = form
  }

  var room: Int { storage.count - size }
  var records: InputRecords {
    InputRecords(UnsafeBufferPointer(rebasing: storage[..<size]), as: form)
  }

  subscript(offset: Int) -> UInt8 {
    get { storage[offset] }
    nonmutating set { storage[offset] = newValue }
  }

  /// Makes the size a multiple of 8 and at least a header, with zeros or, when those do not fit, by
  /// cutting.
  mutating func align() {
    let aligned = max(8, (size + 7) & ~7)
    if aligned > storage.count {
      size &= ~7
    } else {
      while size < aligned {
        storage[size] = 0
        size += 1
      }
    }
  }

  /// Opens `count` bytes at `offset`; false, and nothing done, when they do not fit.
  mutating func open(_ count: Int, at offset: Int) -> Bool {
    guard count <= room else { return false }
    move(offset..<size, to: offset + count)
    size += count
    return true
  }

  mutating func remove(_ range: Range<Int>) {
    move(range.upperBound..<size, to: range.lowerBound)
    size -= range.count
  }

  /// Copies bytes within the buffer; the places may overlap.
  func move(_ range: Range<Int>, to offset: Int) {
    guard let base = storage.baseAddress, !range.isEmpty else { return }
    UnsafeMutableRawPointer(base + offset).copyMemory(
      from: base + range.lowerBound, byteCount: range.count)
  }

  /// Inserts a copy of `range` at `offset`, which must not lie inside of it.
  mutating func duplicate(_ range: Range<Int>, at offset: Int) -> Bool {
    guard open(range.count, at: offset) else { return false }
    let moved = offset <= range.lowerBound ? range.count : 0
    move(range.lowerBound + moved..<range.upperBound + moved, to: offset)
    return true
  }

  /// Exchanges two neighbours: [start, middle) and [middle, end).
  func rotate(_ start: Int, _ middle: Int, _ end: Int) {
    storage[start..<middle].reverse()
    storage[middle..<end].reverse()
    storage[start..<end].reverse()
  }

  func store(_ word: UInt64, at offset: Int) {
    for index in 0..<8 { storage[offset + index] = UInt8(word.byte(UInt64(index))) }
  }
}
