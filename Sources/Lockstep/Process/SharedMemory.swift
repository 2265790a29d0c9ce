// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log

/// One value in memory that this process and its children share. It keeps what a child wrote when
/// that is dead.
public final class SharedMemory<Value: BitwiseCopyable> {
  /// Where the value is; valid as long as this object.
  public let pointer: UnsafeMutablePointer<Value>
  private let bytes: Int

  /// `count` values, each as `value`.
  public init(_ value: Value, count: Int = 1) {
    bytes = max(1, MemoryLayout<Value>.stride * count)
    let mapped = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped, mapped != MAP_FAILED else {
      endForWant(of: bytes, for: "what processes share")
    }
    pointer = mapped.bindMemory(to: Value.self, capacity: count)
    pointer.initialize(repeating: value, count: count)
  }

  deinit { munmap(pointer, bytes) }
}
