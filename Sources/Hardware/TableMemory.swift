// SPDX-License-Identifier: GPL-2.0-only

/// Table memory as a walker sees it: which tables there are, and what is in them.
public protocol TableMemory: ~Copyable {
  /// The words of the live table that starts at this physical address, nil when none does. Valid
  /// until the memory changes.
  func table(at pa: UInt64) -> UnsafeBufferPointer<UInt64>?
}
