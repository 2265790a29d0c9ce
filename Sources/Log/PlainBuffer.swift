// SPDX-License-Identifier: GPL-2.0-only

/// A reused row of plain values that grows as needed. What it holds is behind a pointer, so that
/// owners which are classes change it without exclusivity checks.
@frozen
public struct PlainBuffer<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline
  struct Storage {
    @usableFromInline var start: UnsafeMutablePointer<Element>
    @usableFromInline var count = 0
    @usableFromInline var capacity: Int

    @usableFromInline
    init(start: UnsafeMutablePointer<Element>, capacity: Int) {
      self.start = start
      self.capacity = capacity
    }
  }

  @usableFromInline let storage: UnsafeMutablePointer<Storage>

  /// Room for `capacity` elements to begin with.
  public init(capacity: Int) {
    storage = .allocate(capacity: 1)
    storage.initialize(to: Storage(start: .allocate(capacity: capacity), capacity: capacity))
  }

  deinit {
    storage.pointee.start.deallocate()
    storage.deallocate()
  }

  /// How many elements there are.
  @inlinable
  @inline(__always) public var count: Int { storage.pointee.count }

  /// The elements, valid until the next change.
  @inlinable
  @inline(__always)
  public var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: storage.pointee.start, count: storage.pointee.count)
  }

  /// Forgets the elements from `count` on.
  @inlinable
  @inline(__always)
  public func cut(to count: Int) { storage.pointee.count = count }

  /// Room for `count` elements more, which then belong to the contents.
  @inlinable
  @inline(__always)
  public func extend(by count: Int) -> UnsafeMutablePointer<Element> {
    if storage.pointee.capacity - storage.pointee.count < count { grow(by: count) }
    defer { storage.pointee.count += count }
    return storage.pointee.start + storage.pointee.count
  }

  @inline(never)
  @usableFromInline
  func grow(by count: Int) {
    let capacity = max(storage.pointee.capacity * 2, storage.pointee.count + count)
    let start = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    start.update(from: storage.pointee.start, count: storage.pointee.count)
    storage.pointee.start.deallocate()
    storage.pointee.start = start
    storage.pointee.capacity = capacity
  }
}
