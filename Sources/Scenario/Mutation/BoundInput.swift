// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// Takes ``exactMark`` from all operations in the first `size` bytes of `buffer`, so that decoding
/// bounds the work of each. What `encode` writes stays exact; what a fuzzer makes of it does not.
///
/// An operation without its mark can be read as shorter, which shows other operations behind it: so
/// until there is nothing left to take.
///
/// `form`: that of a configuration which takes the place of the input's own.
public func boundInput(
  _ buffer: UnsafeMutableBufferPointer<UInt8>, size: Int, as form: InputForm? = nil
) {
  while takeMarks(InputBuffer(buffer, size: size, as: form), size: size) {}
}

/// Whether there was a mark to take; each time fewer bytes look like one.
private func takeMarks(_ input: InputBuffer, size: Int) -> Bool {
  let records = input.records
  var offset = records.first
  var hasTaken = false
  while offset + 8 <= size {
    let word = records.word(at: offset)
    let count = records.size(at: offset)
    if let kind = ExactCode.kind(word, records.form), word.byte(7) == exactMark {
      input[offset + 7] = 0
      hasTaken = true
      // Without the mark the number of pieces is written less 1, in three bits.
      let place = kind == IOPT_OP_DMA_MAP_SG_ATTRS ? offset + 16 : offset + 8
      if kind == IOPT_OP_DMA_MAP_SG || kind == IOPT_OP_DMA_MAP_SG_ATTRS,
        count >= place + 8 - offset
      {
        let pieces = records.word(at: place)
        input.store(min(max(pieces, 1) - 1, 7), at: place)
      }
    }
    offset += count
  }
  return hasTaken
}
