// SPDX-License-Identifier: GPL-2.0-only
import CZlib

/// Inflates a gzip file of one or more members (RFC 1952, section 2.2).
struct Inflater: ~Copyable {
  /// What one step did; `fault` says what is wrong with the data.
  struct Step {
    var consumed: Int
    var produced: Int
    var fault: String?
  }

  /// On the heap: zlib keeps the stream's address.
  private let stream: UnsafeMutablePointer<z_stream>
  /// True after a member's end, until a byte of the next one is read.
  private(set) var isBetweenMembers = false
  /// Compressed bytes read so far.
  private(set) var consumed = 0

  /// zlib's largest window, 2^15 bytes; 16 more asks for a gzip header and trailer.
  private static let gzipWindowBits: Int32 = 15 + 16
  private static let memberStart: UInt8 = 0x1f

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(
      stream, Self.gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot start: \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Inflates from the front of `input`, which is not empty, into `output`.
  mutating func inflate(
    _ input: UnsafeMutableRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> Step {
    if isBetweenMembers {
      guard input[0] == Self.memberStart else {
        return Step(
          consumed: 0, produced: 0,
          fault: "expected the end of the file or another gzip member, found other bytes")
      }
      inflateReset(stream)
      isBetweenMembers = false
    }
    stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    let used = input.count - Int(stream.pointee.avail_in)
    consumed += used
    isBetweenMembers = status == Z_STREAM_END
    return Step(
      consumed: used, produced: output.count - Int(stream.pointee.avail_out),
      fault: fault(for: status))
  }

  private func fault(for status: Int32) -> String? {
    if status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR { return nil }
    if let message = stream.pointee.msg { return "corrupt data: \(String(cString: message))" }
    return "corrupt data: zlib reports \(status)"
  }
}
