// SPDX-License-Identifier: GPL-2.0-only
import CZlib
import Glibc

/// Writes a file beside its place and renames it there when it is complete: nobody sees half of it,
/// and a failure leaves what was there before. A link leads to the file that is replaced. What is
/// no regular file, such as a device or a pipe, is written to and never replaced. Paths that end in
/// `.gz` are compressed.
public struct FileOutput: ~Copyable {
  private let path: String
  /// What `path` leads to.
  private let target: String
  /// nil: written in place.
  private let temporaryPath: String?
  private let descriptor: Int32
  private var deflater: Deflater?
  private var isCommitted = false

  /// Opens the temporary file, in the folder of the file that `path` leads to.
  /// `removesLeftovers`: and removes what writers of the same file left that were stopped.
  public init(path: String, removesLeftovers: Bool = true) throws(ScenarioError) {
    let target = try Self.target(of: path)
    let isReplaced = Self.isRegularOrMissing(target)
    if isReplaced, removesLeftovers { TemporaryFile.removeLeftovers(of: target) }
    let temporary = isReplaced ? TemporaryFile.create(for: target) : nil
    let descriptor = temporary?.descriptor ?? (isReplaced ? -1 : open(target, O_WRONLY | O_CLOEXEC))
    if descriptor < 0 { throw .system(isReplaced ? "cannot create" : "cannot write", file: path) }
    self.path = path
    self.target = target
    temporaryPath = temporary?.path
    self.descriptor = descriptor
    deflater = path.hasSuffix(".gz") ? Deflater() : nil
  }

  /// Removes the temporary file unless it was committed.
  deinit {
    if let temporaryPath, !isCommitted { unlink(temporaryPath) }
    close(descriptor)
  }

  private static func target(of path: String) throws(ScenarioError) -> String {
    if path.isEmpty {
      throw ScenarioError(
        file: "output", position: .file, message: "expected the path of a file, found nothing")
    }
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func isRegularOrMissing(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// Adds bytes, which are compressed when the path says so.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ScenarioError) {
    if deflater == nil { return try write(bytes) }
    let (descriptor, file) = (descriptor, path)
    try deflater!.append(bytes) { (part) throws(ScenarioError) in
      try writeAll(part, to: descriptor, file: file)
    }
  }

  /// Completes the file, sees it to the disk and puts it in its place.
  public consuming func commit() throws(ScenarioError) {
    if deflater != nil {
      let (descriptor, file) = (descriptor, path)
      try deflater!.finish { (part) throws(ScenarioError) in
        try writeAll(part, to: descriptor, file: file)
      }
    }
    if let temporaryPath {
      if fsync(descriptor) != 0 { throw .system("cannot write", file: path) }
      if rename(temporaryPath, target) != 0 {
        throw .system("cannot rename into place", file: path)
      }
    }
    isCommitted = true
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(ScenarioError) {
    try writeAll(bytes, to: descriptor, file: path)
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
