// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Edits that lead to a relaxation. By chance alone it is rare: the input must have a `dma` line, be
// in strict mode, and do something before the policy changes and after.

/// Makes an input without a relaxation one that has a `dma` line, starts in strict mode and is
/// relaxed on the way. Operations that only a domain without the line knows become others.
func introduceRelaxation(_ input: inout InputBuffer, _ random: inout SeededRandom) {
  let records = input.records
  guard !records.contains(IOPT_OP_RELAX) else { return }
  let header = records.word(at: 0)
  if input.form != nil {
    // Without the line there is nothing that could be relaxed.
  } else if header.byte(7) == exactMark {
    guard records.hasDMA || appendDMALine(&input, header, &random) else { return }
    if records.first >= 56 { input[32] &= ~2 }
  } else {
    var changed = header | 1 << ConfigurationBits.hasDMA
    changed &= ~(1 << ConfigurationBits.flushQueue)
    if random.oneIn(2) { changed ^= 1 << ConfigurationBits.singleQueue }
    input.store(changed, at: 0)
  }
  _ = insertRelaxation(&input, input.records.count, &random)
}

/// Inserts a relaxation into the later half of the operations, so that there are mappings from
/// before; false, and nothing done, when the input has one already, or no `dma` line.
func insertRelaxation(
  _ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom
) -> Bool {
  let records = input.records
  guard records.hasDMA, !records.contains(IOPT_OP_RELAX) else { return false }
  let earlier = (count + 1) / 2
  let index = earlier + random.below(count - earlier + 1)
  let offset = records.range(index, length: 0).lowerBound
  if input.room < 8 {
    guard offset + 8 <= input.size else { return false }
    input.remove(input.size - 8..<input.size)
  }
  guard input.open(8, at: offset) else { return false }
  input.store(20 | UInt64(random.below(4)) << 44, at: offset)
  return true
}

/// Puts the words of a `dma` line in strict mode behind an exact header without one. Where there is
/// no room, the last words of the input give way. False when there are too few.
private func appendDMALine(
  _ input: inout InputBuffer, _ header: UInt64, _ random: inout SeededRandom
) -> Bool {
  let missing = max(0, 24 - input.room)
  guard input.size >= 32 + missing else { return false }
  input.remove(input.size - missing..<input.size)
  guard input.open(24, at: 32) else { return false }
  let cpus = UInt64(random.below(4)) << 8
  let ring = UInt64(random.below(4)) << 16
  let limit: UInt64 = random.oneIn(4) ? 0xffff_ffff : .max
  input.store(UInt64(random.below(2)) | cpus | ring, at: 32)
  input.store(10, at: 40)
  input.store(limit, at: 48)
  input.store(header | 1 << ConfigurationBits.hasDMA, at: 0)
  return true
}
