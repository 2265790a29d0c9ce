// SPDX-License-Identifier: GPL-2.0-only

/// Names of tasks and devices, each kept once and called by its number from then on. 0 is no name.
struct NameTable {
  private var numbers: [UInt64: UInt32] = [:]
  private(set) var names: [String] = [""]
  /// Names that are kept: a trace that was made up may have any number of them.
  private static let limit = 1 << 16

  /// The number of a name; names past the limit share the last.
  @inline(__always)
  mutating func number(of name: Slice) -> UInt32 {
    if name.count == 0 { return 0 }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in 0..<name.count {
      hash = (hash ^ UInt64(name.start[index])) &* 0x100_0000_01b3
    }
    if let number = numbers[hash] { return number }
    return add(name, hash)
  }

  mutating func number(of name: String) -> UInt32 {
    var bytes = Array(name.utf8)
    return bytes.withUnsafeMutableBufferPointer {
      number(of: Slice(start: UnsafePointer($0.baseAddress!), count: $0.count))
    }
  }

  private mutating func add(_ name: Slice, _ hash: UInt64) -> UInt32 {
    if names.count >= Self.limit { return UInt32(Self.limit - 1) }
    let number = UInt32(names.count)
    names.append(name.string)
    numbers[hash] = number
    return number
  }

  subscript(_ number: UInt32) -> String { names[Int(number)] }
}
