// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// A struct of the ABI at the very end of a page, of as many bytes as one likes; behind it lies
/// memory that nobody can read. What goes beyond the struct that we know is filled with ones.
final class EdgeStruct<Value: BitwiseCopyable> {
  let pointer: UnsafeMutablePointer<Value>
  private let mapping: UnsafeMutableRawPointer
  private static var page: Int { 4096 }

  init(_ value: Value, size: Int) {
    precondition(size <= Self.page - 64 && size % 8 == 0)
    mapping = mmap(
      nil, 2 * Self.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(mapping != MAP_FAILED)
    precondition(mprotect(mapping + Self.page, Self.page, PROT_NONE) == 0)
    let start = mapping + Self.page - size
    memset(start, 0xff, size)
    var value = value
    memcpy(start, &value, min(size, MemoryLayout<Value>.size))
    pointer = start.assumingMemoryBound(to: Value.self)
  }

  deinit { munmap(mapping, 2 * Self.page) }

  /// A word in front of the struct, for whoever is handed the struct's address.
  var context: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(pointer) - MemoryLayout<UnsafeRawPointer>.size
  }
}
