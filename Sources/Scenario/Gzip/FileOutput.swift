// SPDX-License-Identifier: GPL-2.0-only
import CZlib
import Glibc

/// Writes a file beside its place and renames it there when it is complete: nobody sees half of it,
/// and a failure leaves what was there before. Paths that end in `.gz` are compressed.
public struct FileOutput: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var deflater: Deflater?
  private var isCommitted = false

  /// Opens the temporary file, in the folder of `path`.
  public init(path: String) throws(ScenarioError) {
    self.path = path
    temporaryPath = "\(path).tmp-\(getpid())"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw .system("cannot create", file: temporaryPath) }
    deflater = path.hasSuffix(".gz") ? Deflater() : nil
  }

  /// Removes the temporary file unless it was committed.
  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporaryPath) }
  }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ScenarioError) {
    if deflater == nil { return try write(bytes) }
    let (descriptor, file) = (descriptor, temporaryPath)
    try deflater!.append(bytes) { (part) throws(ScenarioError) in
      try writeAll(part, to: descriptor, file: file)
    }
  }

  /// Completes the file, sees it to the disk and puts it in its place.
  public consuming func commit() throws(ScenarioError) {
    if deflater != nil {
      let (descriptor, file) = (descriptor, temporaryPath)
      try deflater!.finish { (part) throws(ScenarioError) in
        try writeAll(part, to: descriptor, file: file)
      }
    }
    if fsync(descriptor) != 0 { throw .system("cannot write", file: temporaryPath) }
    if rename(temporaryPath, path) != 0 { throw .system("cannot rename into place", file: path) }
    isCommitted = true
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(ScenarioError) {
    try writeAll(bytes, to: descriptor, file: temporaryPath)
  }
}

extension TextBuffer {
  /// Writes the bytes to a file descriptor; `name` stands for it in errors.
  public func write(to descriptor: Int32, name: String) throws(ScenarioError) {
    try writeAll(bytes, to: descriptor, file: name)
  }
}

/// Writes until nothing is left.
private func writeAll(
  _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, file: String
) throws(ScenarioError) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let part = UnsafeRawBufferPointer(rebasing: rest)
    let count = write(descriptor, part.baseAddress, part.count)
    if count >= 0 {
      rest = rest.dropFirst(count)
    } else if errno != EINTR {
      throw .system("cannot write", file: file)
    }
  }
}
