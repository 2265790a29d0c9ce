// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Poisoning through AddressSanitizer's runtime where the process has one, else nothing.
struct AddressSanitizer {
  private typealias Region = @convention(c) (UnsafeRawPointer?, Int) -> Void
  private let poisonRegion: Region?
  private let unpoisonRegion: Region?

  init() {
    poisonRegion = Self.find("__asan_poison_memory_region")
    unpoisonRegion = Self.find("__asan_unpoison_memory_region")
  }

  private static func find(_ name: String) -> Region? {
    guard let symbol = dlsym(nil, name) else { return nil }
    return unsafeBitCast(symbol, to: Region.self)
  }

  @inline(__always)
  func poison(_ start: UnsafeRawPointer, _ bytes: Int) {
    if let poisonRegion { poisonRegion(start, bytes) }
  }

  @inline(__always)
  func unpoison(_ start: UnsafeRawPointer, _ bytes: Int) {
    if let unpoisonRegion { unpoisonRegion(start, bytes) }
  }
}
