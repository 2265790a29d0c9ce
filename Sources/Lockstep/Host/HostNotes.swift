// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// What a subject said of the records of one request: the first few lines of text, in memory of a fixed
/// size.
struct HostNotes: ~Copyable {
  /// A line, and how many words the log had when it came: it is on the record that begins there.
  struct Line: Equatable {
    var place: Int
    var text: String
  }

  /// Lines that are kept, and bytes of each, its end included.
  private static let (most, size) = (8, 256)
  private let text = UnsafeMutablePointer<CChar>.allocate(capacity: most * size)
  private let places = UnsafeMutablePointer<Int>.allocate(capacity: most)
  private var count = 0

  deinit {
    text.deallocate()
    places.deallocate()
  }

  /// Copies a line that ends with a 0.
  mutating func keep(_ line: UnsafePointer<CChar>, at place: UInt64) {
    guard count < Self.most else { return }
    let length = strnlen(line, Self.size - 1)
    let copy = text + count * Self.size
    memcpy(copy, line, length)
    copy[length] = 0
    places[count] = Int(truncatingIfNeeded: place)
    count += 1
  }

  /// Another request begins.
  @inline(__always)
  mutating func forget() { count = 0 }

  /// The lines, in their order.
  var lines: [Line] {
    (0..<count).map {
      Line(place: places[$0], text: String(cString: text + $0 * Self.size).printable)
    }
  }
}
