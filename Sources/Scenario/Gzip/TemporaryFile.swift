// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// The file beside its place that ``FileOutput`` writes: `NAME.tmp-PID`. Its writer holds a lock on
/// it (`flock`), which the kernel drops when the writer ends, however it ends: a file whose lock is
/// free was left behind.
public enum TemporaryFile {
  static let mark = ".tmp-"

  /// Whether a name has this form.
  public static func isNameOfOne(_ name: String) -> Bool {
    guard let start = name.utf8.indices.last(where: { name.utf8[$0...].starts(with: mark.utf8) })
    else { return false }
    let number = name.utf8[start...].dropFirst(mark.utf8.count)
    return !number.isEmpty
      && number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// Whether nobody writes the file any more. False too when the file system has no locks.
  public static func isAbandoned(_ path: String) -> Bool {
    withLock(on: path) { true } ?? false
  }

  /// Removes the file unless somebody writes it; returns whether it was removed.
  @discardableResult
  public static func removeIfAbandoned(_ path: String) -> Bool {
    withLock(on: path) { unlink(path) == 0 } ?? false
  }

  /// Creates the file for `target` and locks it; nil when it cannot be created (`errno`).
  static func create(for target: String) -> (path: String, descriptor: Int32)? {
    // A process of another container may have the same number.
    for offset in 0..<maximumOffset {
      let path = name(for: target, suffix: "\(mark)\(getpid() &+ offset)")
      while true {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor >= 0 {
          if lock(descriptor) { return (path, descriptor) }
          close(descriptor)
        } else if errno != EEXIST {
          return nil
        } else if !removeIfAbandoned(path) {
          break
        }
      }
    }
    errno = EEXIST
    return nil
  }

  private static let maximumOffset: Int32 = 64
  /// Bytes of the longest name (`NAME_MAX` of Linux).
  private static let longestName = 255

  /// The target's path with the suffix; of a name that is too long only with it, the end goes.
  private static func name(for target: String, suffix: String) -> String {
    let (folder, name) = split(target)
    guard name.utf8.count <= longestName else { return target + suffix }
    var kept = Substring(name)
    while kept.utf8.count + suffix.utf8.count > longestName, !kept.isEmpty { kept.removeLast() }
    return folder + kept + suffix
  }

  /// A path's folder, with the slash, and the rest; by bytes, since a character may be more than a
  /// slash.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    let start = path.utf8.index(after: slash)
    return (String(path[..<start]), String(path[start...]))
  }

  /// False when somebody took the file for abandoned and removed it before it was locked. A file
  /// system without locks is fine: nothing there is ever taken for abandoned.
  private static func lock(_ descriptor: Int32) -> Bool {
    while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    var status = stat()
    return fstat(descriptor, &status) != 0 || status.st_nlink > 0
  }

  /// What `body` returns, called with the file's lock held; nil when another holds it.
  private static func withLock(on path: String, _ body: () -> Bool) -> Bool? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    var (locked, named) = (stat(), stat())
    guard fstat(descriptor, &locked) == 0, lstat(path, &named) == 0,
      locked.st_dev == named.st_dev, locked.st_ino == named.st_ino
    else { return nil }
    return body()
  }
}
