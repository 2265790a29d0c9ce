// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// Bytes of several streams, kept in one temporary file until they are read back, each in its order.
/// Small ones stay in memory.
final class Spool {
  private struct Chunk { var offset: Int, count: Int }
  private struct Stream {
    var chunks: [Chunk] = []
    var tail: [UInt8] = []
  }

  private var streams: [Stream] = []
  private var descriptor: Int32 = -1
  private var length = 0
  private let limit: Int

  /// So many streams share the memory that is kept.
  init(streams count: Int) {
    streams = Array(repeating: Stream(), count: count)
    limit = max(1 << 12, min(1 << 20, (32 << 20) / max(count, 1)))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds to the end of a stream.
  func append(_ bytes: UnsafeRawBufferPointer, to stream: Int) throws(ScenarioError) {
    streams[stream].tail.append(contentsOf: bytes)
    if streams[stream].tail.count >= limit { try spill(stream) }
  }

  private func spill(_ stream: Int) throws(ScenarioError) {
    if descriptor < 0 { try create() }
    let count = streams[stream].tail.count
    var written = 0
    while written < count {
      let step = streams[stream].tail.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress! + written, count - written, off_t(length + written))
      }
      if step < 0 {
        if errno == EINTR { continue }
        throw Self.failure("cannot write")
      }
      written += step
    }
    streams[stream].chunks.append(Chunk(offset: length, count: count))
    length += count
    streams[stream].tail.removeAll(keepingCapacity: true)
  }

  private func create() throws(ScenarioError) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(folder)/iopt-import-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    if descriptor < 0 { throw Self.failure("cannot create") }
    unlink(path)
  }

  private static func failure(_ what: String) -> ScenarioError {
    ScenarioError(
      file: "temporary file", position: .file,
      message: "\(what): \(String(cString: strerror(errno)))")
  }

  /// Hands out a stream's bytes from its start, in pieces that end where appended pieces ended.
  func read(
    _ stream: Int, _ body: (UnsafeRawBufferPointer) throws(ScenarioError) -> Void
  ) throws(ScenarioError) {
    var buffer: [UInt8] = []
    for chunk in streams[stream].chunks {
      buffer = [UInt8](repeating: 0, count: chunk.count)
      var got = 0
      while got < chunk.count {
        let step = buffer.withUnsafeMutableBytes {
          pread(descriptor, $0.baseAddress! + got, chunk.count - got, off_t(chunk.offset + got))
        }
        if step < 0, errno == EINTR { continue }
        if step <= 0 { throw Self.failure("cannot read") }
        got += step
      }
      try hand(buffer, body)
    }
    try hand(streams[stream].tail, body)
  }

  private func hand(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(ScenarioError) -> Void
  ) throws(ScenarioError) {
    let result = bytes.withUnsafeBytes { raw -> Result<Void, ScenarioError> in
      do throws(ScenarioError) {
        try body(raw)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }
}
