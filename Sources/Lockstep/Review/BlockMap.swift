// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Which blocks of a plug-in's code were entered, in memory that this process shares with those which
/// run the plug-in. The plug-in was built to tell it (reference/kernel/glue/lines.c).
final class BlockMap {
  /// As many blocks as there may be: the plug-in has the same number.
  private static let limit = 262_144
  private static let startsOffset = 8
  private static let enteredOffset = 8 + 8 * limit
  private static let bytes = 8 + 9 * limit

  private let memory: UnsafeMutableRawPointer
  private let file: Int32
  private let variable: String

  /// From now on, processes in which the plug-in is loaded tell it here.
  init(of plugin: String) throws(ProcessError) {
    let name = plugin.split(separator: "/").last ?? ""
    variable = "LOCKSTEP_LINES_\(name.prefix { $0 != "." })"
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(folder)/lockstep-lines.XXXXXX".utf8CString)
    file = mkstemp(&path)
    guard file >= 0 else { throw ProcessError("cannot make a file in \(folder)") }
    unlink(path)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    guard ftruncate(file, off_t(Self.bytes)) == 0,
      let memory = mmap(nil, Self.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      memory != MAP_FAILED
    else {
      close(file)
      throw ProcessError("cannot share memory")
    }
    self.memory = memory
    // By way of this process: one of a plug-in's own keeps no file of its parent's.
    setenv(variable, "/proc/\(getpid())/fd/\(file)", 1)
  }

  deinit {
    unsetenv(variable)
    munmap(memory, Self.bytes)
    close(file)
  }

  /// How many blocks there are; 0 while the plug-in was not loaded.
  var count: Int {
    min(Self.limit, Int(truncatingIfNeeded: memory.load(as: UInt64.self)) & Int.max)
  }

  /// Where a block begins, as an address of the plug-in's file.
  func start(_ block: Int) -> UInt64 {
    memory.load(fromByteOffset: Self.startsOffset + 8 * block, as: UInt64.self)
  }

  /// Whether a block was entered since ``forget(_:)``.
  func isEntered(_ block: Int) -> Bool {
    memory.load(fromByteOffset: Self.enteredOffset + block, as: UInt8.self) != 0
  }

  /// From here on it was not.
  func forget(_ block: Int) {
    memory.storeBytes(of: 0, toByteOffset: Self.enteredOffset + block, as: UInt8.self)
  }
}
