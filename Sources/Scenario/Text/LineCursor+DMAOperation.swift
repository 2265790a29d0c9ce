// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension LineCursor {
  /// The operations of the DMA layer, or nil when `word` names none. `cpus` is the `dma` line's
  /// number of CPUs, 0 when there is none.
  mutating func dmaOperation(_ word: ByteWord, cpus: UInt32) throws(LineFault) -> Operation? {
    switch word {
    case "dma_map", "dma_map_sg", "dma_unmap", "relax", "fail_fq", "tick", "reserve": break
    default: return nil
    }
    try checkLayer(word, cpus: cpus)
    switch word {
    case "dma_map":
      return .dmaMap(
        handle: try handle(), pa: try argument("a physical address"),
        length: try argument("a length, 1 to 0x1000000000000 bytes", in: 1...1 << 48),
        direction: try direction(), cpu: try cpu(below: cpus))
    case "dma_map_sg":
      return .dmaMapSG(
        handle: try handle(), direction: try direction(), pieces: try pieces(),
        cpu: try cpu(below: cpus))
    case "dma_unmap":
      return .dmaUnmap(handle: try handle(), cpu: try cpu(below: cpus))
    case "relax":
      return .relax(cpu: try cpu(below: cpus))
    case "fail_fq":
      return .failFQ
    case "tick":
      return .tick(milliseconds: try argument("a time in milliseconds"))
    default:
      return try reservation()
    }
  }

  /// Checks that there is a `dma` line.
  func checkLayer(_ word: ByteWord, cpus: UInt32) throws(LineFault) {
    if cpus == 0 {
      throw fault(expected: "a `dma` line before an operation of the DMA layer", at: word.start)
    }
  }

  private mutating func reservation() throws(LineFault) -> Operation {
    let iova = try argument("an IOVA")
    guard findWord() else { throw fault(expected: "a length in bytes") }
    let place = position
    let length = try number("a length of at least 1 byte", in: 1...UInt64.max)
    if length - 1 > UInt64.max - iova {
      throw fault(expected: "a length with which the range does not wrap", at: place)
    }
    return .reserve(iova: iova, length: length)
  }

  mutating func handle() throws(LineFault) -> UInt16 {
    let last = UInt64(IOPT_HANDLE_COUNT - 1)
    return UInt16(try argument("a handle, 0 to 65535", in: 0...last))
  }

  mutating func direction() throws(LineFault) -> DMADirection {
    let expected: StaticString = "a direction: to_device, from_device or bidirectional"
    guard findWord() else { throw fault(expected: "\(expected)") }
    return try choice("\(expected)", DMADirection.allCases, \.name)
  }

  /// `cpu=N`, or 0 when the line ends.
  private mutating func cpu(below cpus: UInt32) throws(LineFault) -> UInt8 {
    guard let key = key() else { return 0 }
    guard key == "cpu" else {
      throw fault(expected: "`cpu=` or the end of the line", at: key.start)
    }
    return try cpu(key, below: cpus, isRepeated: false)
  }

  /// The value of `cpu=`.
  mutating func cpu(
    _ key: ByteWord, below cpus: UInt32, isRepeated: Bool
  ) throws(LineFault) -> UInt8 {
    try beginValue(of: key, isRepeated: isRepeated)
    let place = position
    let cpu = try number("a CPU")
    if cpu >= UInt64(cpus) {
      throw fault(expected: "a CPU below the \(cpus) of the `dma` line", at: place)
    }
    return UInt8(cpu)
  }

  /// One or more `PA:LEN`, up to a word that begins with one of `ends`.
  mutating func pieces(endingAt ends: StaticString = "c") throws(LineFault) -> [ScatterPiece] {
    guard findWord() else { throw fault(expected: "a piece, PA:LEN") }
    var pieces = [try piece()]
    let letters = UnsafeBufferPointer(start: ends.utf8Start, count: ends.utf8CodeUnitCount)
    while findWord(), !letters.contains(position.pointee) { pieces.append(try piece()) }
    return pieces
  }

  private mutating func piece() throws(LineFault) -> ScatterPiece {
    let pa = try granules(
      "a physical address that is a multiple of 0x1000", in: 0...UInt64.max,
      endingAt: UInt8(ascii: ":"))
    if !skip(UInt8(ascii: ":")) { throw fault(expected: "`:` and a length") }
    let length = try granules(
      "a length that is a multiple of 0x1000, at most 0xfffff000", in: 0...0xffff_f000,
      endingAt: UInt8(ascii: " "))
    return ScatterPiece(pa: pa, length: length)
  }

  private mutating func granules(
    _ expected: StaticString, in range: ClosedRange<UInt64>, endingAt separator: UInt8
  ) throws(LineFault) -> UInt64 {
    let place = position
    let value = try number(expected, in: range, endingAt: separator)
    if value % 0x1000 != 0 { throw fault(expected: "\(expected)", at: place) }
    return value
  }
}
