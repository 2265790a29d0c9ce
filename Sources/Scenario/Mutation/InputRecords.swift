// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// Where the operations of an input begin and end.
struct InputRecords {
  let bytes: UnsafeBufferPointer<UInt8>
  let form: InputForm
  /// Bytes of the header, and of it without the words for release and driver.
  let first: Int
  let plainHeader: Int

  /// `forced`: what operations are read as, whatever the input's own header says.
  init(_ bytes: UnsafeBufferPointer<UInt8>, as forced: InputForm? = nil) {
    self.bytes = bytes
    let header = InputWords(bytes).peek
    let size = InputConfiguration.size(header)
    let hasRelease = ReleaseWord.isRelease(InputWords(bytes, offset: size).peek)
    form =
      forced
      ?? InputForm(
        hasDMA: header.bits(ConfigurationBits.hasDMA, 1) == 1, version: hasRelease ? 2 : 1)
    let hasDriver =
      hasRelease && DriverWord.isDriver(InputWords(bytes, offset: size + 8).peek)
    plainHeader = min(size, bytes.count)
    first = min(size + (hasRelease ? 8 : 0) + (hasDriver ? 8 : 0), bytes.count)
  }

  var hasDMA: Bool { form.hasDMA }

  func word(at offset: Int) -> UInt64 { InputWords(bytes, offset: offset).peek }

  /// Bytes of the operation at `offset`, which must be where one begins.
  func size(at offset: Int) -> Int {
    var input = InputWords(bytes, offset: offset)
    let word = input.next()
    guard let kind = ExactCode.kind(word, form) else {
      return min(8, bytes.count - offset)
    }
    var words = 1 + ExactCode.words(kind)
    if kind == IOPT_OP_DMA_MAP_SG || kind == IOPT_OP_DMA_MAP_SG_ATTRS {
      if kind == IOPT_OP_DMA_MAP_SG_ATTRS { _ = input.next() }
      words += 2 * ExactCode.pieces(input.next(), word, remaining: input.remaining)
    }
    return min(8 * words, bytes.count - offset)
  }

  /// Whether there is an operation of `kind`.
  func contains(_ kind: iopt_op_kind) -> Bool {
    var offset = first
    while offset < bytes.count {
      let word = word(at: offset)
      let found = ExactCode.kind(word, form) ?? compactKind(word, form)
      if found == kind { return true }
      offset += size(at: offset)
    }
    return false
  }

  var count: Int {
    var (count, offset) = (0, first)
    while offset < bytes.count {
      offset += size(at: offset)
      count += 1
    }
    return count
  }

  /// Operations `index` up to, not including, `index + length`; what lies past the end is empty.
  func range(_ index: Int, length: Int = 1) -> Range<Int> {
    var start = first
    for _ in 0..<index where start < bytes.count { start += size(at: start) }
    var end = start
    for _ in 0..<length where end < bytes.count { end += size(at: end) }
    return start..<end
  }
}
