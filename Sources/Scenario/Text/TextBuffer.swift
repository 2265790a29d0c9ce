// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Bytes of text that grow at the end. It is kept and reused, so that printing allocates nothing
/// once the buffer is large enough.
public struct TextBuffer: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// Bytes in use.
  public private(set) var count = 0
  /// Of a record of levels that was appended last: they are printed with the record they stand before.
  var levels: (leaves: UInt64, tables: UInt64)?

  /// Empty, with room for so many bytes before it has to grow.
  public init(capacity: Int = 4096) {
    self.capacity = max(capacity, 64)
    start = .allocate(capacity: self.capacity)
  }

  deinit { start.deallocate() }

  /// Forgets the bytes and keeps the memory.
  public mutating func removeAll() {
    count = 0
    levels = nil
  }

  /// The bytes in use; valid until the buffer is changed or goes away.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: count)
  }

  /// A copy as a string; ill-formed UTF-8 is replaced.
  public var string: String {
    String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// Appends one byte.
  public mutating func append(byte: UInt8) {
    makeRoom(for: 1)
    start[count] = byte
    count += 1
  }

  /// Appends text that stands in the program.
  public mutating func append(_ literal: StaticString) {
    makeRoom(for: literal.utf8CodeUnitCount)
    (start + count).update(from: literal.utf8Start, count: literal.utf8CodeUnitCount)
    count += literal.utf8CodeUnitCount
  }

  /// Appends bytes as they are.
  public mutating func append(_ other: UnsafeRawBufferPointer) {
    guard let base = other.baseAddress else { return }
    makeRoom(for: other.count)
    memcpy(start + count, base, other.count)
    count += other.count
  }

  /// Appends the UTF-8 of a text.
  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Appends a number in decimal.
  public mutating func append(decimal value: UInt64) {
    let digits = Self.decimalDigits(of: value)
    makeRoom(for: digits)
    var rest = value
    var index = count + digits
    repeat {
      index -= 1
      start[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest != 0
    count += digits
  }

  /// Appends a number as `0x` and lower-case digits.
  public mutating func append(hex value: UInt64) {
    let digits = max(1, (67 - value.leadingZeroBitCount) / 4)
    makeRoom(for: 2 + digits)
    start[count] = UInt8(ascii: "0")
    start[count + 1] = UInt8(ascii: "x")
    var rest = value
    var index = count + 2 + digits
    repeat {
      index -= 1
      let digit = UInt8(truncatingIfNeeded: rest & 15)
      start[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      rest >>= 4
    } while rest != 0
    count += 2 + digits
  }

  private static func decimalDigits(of value: UInt64) -> Int {
    var digits = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    return digits
  }

  @inline(__always)
  private mutating func makeRoom(for more: Int) {
    if capacity - count < more { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more)
    let new = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    new.update(from: start, count: count)
    start.deallocate()
    start = new
  }
}
