// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// Table memory made up by a test.
final class FakeMemory: TableMemory {
  private var tables: [UInt64: UnsafeMutableBufferPointer<UInt64>] = [:]

  deinit { for words in tables.values { words.deallocate() } }

  /// Puts an empty table there.
  func add(_ pa: UInt64, words count: Int = 512) {
    let words = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
    words.initialize(repeating: 0)
    tables[pa] = words
  }

  subscript(pa: UInt64, index: Int) -> UInt64 {
    get { tables[pa]![index] }
    set { tables[pa]![index] = newValue }
  }

  func table(at pa: UInt64) -> UnsafeBufferPointer<UInt64>? {
    tables[pa].map { UnsafeBufferPointer($0) }
  }
}

/// A domain, for its reading of words.
func domain(_ format: Format, _ features: Features = [], bit: UInt8? = nil) -> DomainConfiguration {
  DomainConfiguration(
    format: format, va: 48, oa: 52, features: features, top: format.takesTop ? 3 : nil,
    encryptionBit: bit)
}
