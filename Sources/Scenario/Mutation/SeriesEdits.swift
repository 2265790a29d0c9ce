// SPDX-License-Identifier: GPL-2.0-only

/// Inserts a series of maps and unmaps, and often something behind it that shows what the caches hold:
/// time that passes, or a space so small that they have to give back. False, and nothing done, when
/// the input has a series already, for they take long, or no `dma` line.
func insertSeries(
  _ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom
) -> Bool {
  let records = input.records
  guard records.hasDMA, records.form.version == 1, !hasSeries(records) else { return false }
  let offset = records.range(random.below(count + 1), length: 0).lowerBound
  guard input.open(8, at: offset) else { return false }
  input.store(randomSeries(&random), at: offset)
  let next = offset + 8
  switch random.below(4) {
  case 0 where input.open(8, at: next):
    // A tick of 100 to 400 ms.
    input.store(22 | 5 << 32 | UInt64(random.below(4)) << 35, at: next)
  case 1 where records.first == 8 && input.form == nil:
    // A limit of 4 MiB, and a mapping of 2 MiB or more.
    input[2] = input[2] & 0x0f | 13 << 4
    if input.open(8, at: next) { input.store(5 << 32, at: next) }
  default: break
  }
  return true
}

/// Leaves the series of an input in one of 16, and makes plain operations of their words in the others.
/// One runs as long as ten inputs without, and reaches counters that make it a favourite parent: its
/// children would be half of what a fuzzer runs. `form`: that of a configuration which takes the
/// place of the input's own.
public func thinSeries(
  _ buffer: UnsafeMutableBufferPointer<UInt8>, size: Int, seed: UInt64, as form: InputForm? = nil
) {
  var random = SeededRandom(seed: ~seed)
  if random.oneIn(16) { return }
  let input = InputBuffer(buffer, size: size, as: form)
  let records = input.records
  var offset = records.first
  while offset < size {
    if CompactSeries(records.word(at: offset), records.form) != nil {
      input[offset] &= 0x1f
    }
    offset += records.size(at: offset)
  }
}

/// Mostly maps and unmaps of one page, on one CPU, in a number that gives one magazine or two away.
func randomSeries(_ random: inout SeededRandom) -> UInt64 {
  var word = CompactSeries.code
  if random.oneIn(2) { word |= UInt64(random.below(8)) << 8 }
  if random.oneIn(2) { word |= UInt64(random.below(256)) << 24 }
  if random.oneIn(2) { word |= UInt64(random.below(3)) << 32 }
  word |= UInt64(random.oneIn(2) ? 5 : random.below(256)) << 48
  if random.oneIn(4) { word |= UInt64(random.below(8)) << 44 | UInt64(random.below(8)) << 56 }
  return word
}

private func hasSeries(_ records: InputRecords) -> Bool {
  var offset = records.first
  while offset < records.bytes.count {
    if CompactSeries(records.word(at: offset), records.form) != nil { return true }
    offset += records.size(at: offset)
  }
  return false
}
