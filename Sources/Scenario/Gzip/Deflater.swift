// SPDX-License-Identifier: GPL-2.0-only
import CZlib

/// Deflates bytes to one gzip member. The header carries no time and no name, so that equal input
/// gives equal output.
struct Deflater: ~Copyable {
  /// On the heap: zlib keeps the stream's address.
  private let stream: UnsafeMutablePointer<z_stream>
  private let chunk: UnsafeMutableBufferPointer<UInt8>

  private static let gzipWindowBits: Int32 = 15 + 16
  private static let memoryLevel: Int32 = 8
  private static let chunkSize = 1 << 16

  init(level: Int32 = Z_BEST_COMPRESSION) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    chunk = .allocate(capacity: Self.chunkSize)
    let status = deflateInit2_(
      stream, level, Z_DEFLATED, Self.gzipWindowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY,
      ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot start: \(status)")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    chunk.deallocate()
  }

  /// Deflates `bytes` and hands what comes out to `sink`.
  mutating func append(
    _ bytes: UnsafeRawBufferPointer,
    to sink: (UnsafeRawBufferPointer) throws(ScenarioError) -> Void
  ) throws(ScenarioError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      let pointer = UnsafeMutableRawPointer(mutating: part.baseAddress!)
      stream.pointee.next_in = pointer.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(part.count)
      while stream.pointee.avail_in > 0 { _ = try step(Z_NO_FLUSH, to: sink) }
      rest = rest.dropFirst(part.count)
    }
  }

  /// Ends the member; nothing may be appended after it.
  mutating func finish(
    to sink: (UnsafeRawBufferPointer) throws(ScenarioError) -> Void
  ) throws(ScenarioError) {
    while try step(Z_FINISH, to: sink) != Z_STREAM_END {}
  }

  private mutating func step(
    _ flush: Int32, to sink: (UnsafeRawBufferPointer) throws(ScenarioError) -> Void
  ) throws(ScenarioError) -> Int32 {
    stream.pointee.next_out = chunk.baseAddress
    stream.pointee.avail_out = UInt32(chunk.count)
    let status = deflate(stream, flush)
    precondition(status == Z_OK || status == Z_STREAM_END, "zlib cannot deflate: \(status)")
    let produced = chunk.count - Int(stream.pointee.avail_out)
    if produced > 0 {
      try sink(UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: chunk[..<produced])))
    }
    return status
  }
}

/// One gzip member that holds `bytes`; equal bytes give an equal member.
public func gzipCompressed(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
  var output: [UInt8] = []
  var deflater = Deflater()
  // The sink does not throw, so neither do these.
  try! deflater.append(bytes) { output.append(contentsOf: $0) }
  try! deflater.finish { output.append(contentsOf: $0) }
  return output
}
