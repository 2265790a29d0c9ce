// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Where bytes come from before any decompression: a file descriptor or memory.
struct RawInput: ~Copyable {
  let name: String
  private let descriptor: Int32
  private let memory: [UInt8]
  private var offset = 0

  /// Opens a file for reading; `-` is standard input.
  init(path: String) throws(ScenarioError) {
    name = path
    memory = []
    descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .system("cannot open", file: path) }
  }

  init(bytes: [UInt8], name: String) {
    self.name = name
    memory = bytes
    descriptor = -1
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Reads up to `buffer.count` bytes; 0 is the end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ScenarioError) -> Int {
    if descriptor < 0 { return copy(into: buffer) }
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw .system("cannot read", file: name) }
    }
  }

  private mutating func copy(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, memory.count - offset)
    memory.withUnsafeBytes { bytes in
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
    }
    offset += count
    return count
  }
}

extension ScenarioError {
  /// What the last failed system call says, with what was tried.
  static func system(_ what: String, file: String) -> ScenarioError {
    ScenarioError(
      file: file, position: .file, message: "\(what): \(String(cString: strerror(errno)))")
  }
}
