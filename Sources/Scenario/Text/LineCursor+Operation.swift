// SPDX-License-Identifier: GPL-2.0-only

extension LineCursor {
  /// Reads the operation that `word` names, to the line's end. `cpus` is the `dma` line's number of
  /// CPUs, 0 when there is none; `version` is the language's.
  mutating func operation(
    _ word: ByteWord, cpus: UInt32, version: Int
  ) throws(LineFault) -> Operation {
    // `??` would lose the type of what is thrown.
    var operation = try addressOperation(word)
    if operation == nil { operation = try gatherOperation(word, hasDMA: cpus > 0) }
    if operation == nil, version >= 2 { operation = try driverOperation(word, cpus: cpus) }
    if operation == nil { operation = try dmaOperation(word, cpus: cpus) }
    guard let operation else {
      throw fault(expected: "an operation, `iopt` or an observation", at: word.start)
    }
    try finish()
    return operation
  }

  /// The operations that work on a domain with and without a DMA layer.
  private mutating func addressOperation(_ word: ByteWord) throws(LineFault) -> Operation? {
    switch word {
    case "map":
      return .map(iova: try iova(), pa: try pa(), length: try length(), prot: try protection())
    case "map_range":
      return .mapRange(iova: try iova(), pa: try pa(), length: try length(), prot: try protection())
    case "unmap":
      return .unmap(iova: try iova(), length: try length())
    case "iova_to_phys":
      return .iovaToPhys(iova: try iova())
    case "set_dirty":
      return .setDirty(iova: try iova())
    case "fail_alloc":
      return .failAlloc(countdown: try argument("a count of allocations"))
    default:
      return nil
    }
  }

  /// The operations that name a gather: the DMA layer has its own.
  private mutating func gatherOperation(
    _ word: ByteWord, hasDMA: Bool
  ) throws(LineFault) -> Operation? {
    switch word {
    case "gather", "unmap_fast", "iotlb_sync", "flush", "read_and_clear_dirty": break
    default: return nil
    }
    if hasDMA {
      throw fault(expected: "an operation without a gather after a `dma` line", at: word.start)
    }
    let gather = UInt8(try argument("a gather, 0 to 3", in: 0...3))
    switch word {
    case "gather":
      return .gather(gather, queued: try flag("`strict` or `queued`", off: "strict", on: "queued"))
    case "unmap_fast":
      return .unmapFast(gather: gather, iova: try iova(), length: try length())
    case "iotlb_sync":
      return .iotlbSync(gather: gather)
    case "flush":
      return .flush(gather: gather)
    default:
      return .readAndClearDirty(
        gather: gather, iova: try iova(), length: try length(),
        keep: try flag("`clear` or `keep`", off: "clear", on: "keep"))
    }
  }

  private mutating func iova() throws(LineFault) -> UInt64 { try argument("an IOVA") }
  private mutating func pa() throws(LineFault) -> UInt64 { try argument("a physical address") }
  private mutating func length() throws(LineFault) -> UInt64 { try argument("a length in bytes") }

  /// One of two words.
  private mutating func flag(
    _ expected: StaticString, off: StaticString, on: StaticString
  ) throws(LineFault) -> Bool {
    guard findWord() else { throw fault(expected: "\(expected)") }
    return try choice("\(expected)", [false, true]) { $0 ? on : off }
  }

  /// Letters without repeats, or `-`.
  private mutating func protection() throws(LineFault) -> Protection {
    let expected = "a protection: letters of `rwcnmp` without repeats, or `-`"
    guard let word = word() else { throw fault(expected: expected) }
    if word == "-" { return [] }
    var protection: Protection = []
    let letters = Protection.letters
    for index in 0..<word.count {
      guard
        let bit = (0..<letters.utf8CodeUnitCount).first(where: {
          letters.utf8Start[$0] == word.start[index]
        }), protection.insert(Protection(rawValue: 1 << UInt32(bit))).inserted
      else { throw fault(expected: expected, at: word.start) }
    }
    return protection
  }
}
