// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Edits that move whole operations about.

func insertOperation(_ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  if random.oneIn(4), insertRelaxation(&input, count, &random) { return }
  insert(randomOperation(&random), &input, count, &random)
}

/// Inserts what makes time pass, a policy change or an allocation fail: a relaxation or a tick, a
/// queued gather or a flush. Now and then so many maps and unmaps that caches overflow.
func insertMilestone(_ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  if random.oneIn(8), insertSeries(&input, count, &random) { return }
  let codes: InlineArray<4, UInt64> = input.records.hasDMA ? [20, 22, 21, 27] : [12, 22, 20, 31]
  let code = codes[random.below(4)]
  var word = randomOperation(&random) & ~0xff | code | 1 << 50
  if code == codes[3] { word = word & ~(0xff << 32) | UInt64(1 + random.below(3)) << 32 }
  insert(word, &input, count, &random)
}

/// Inserts something done to what an earlier operation mapped: all of a recent mapping, or behind
/// another operation what becomes of its handle.
func insertCounterpart(_ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  let records = input.records
  if records.hasDMA {
    let index = random.below(count)
    let other = records.range(index)
    guard other.count >= 8 else { return }
    let word = records.word(at: other.lowerBound)
    let part = isPartOfTwoSteps(word, records.form) ? randomStep(&random) : 12
    insert(part | word & 0x0f << 48, &input, at: index + 1 + random.below(count - index))
  } else {
    let codes: InlineArray<7, UInt64> = [8, 15, 15, 15, 26, 26, 28]
    let code = codes[random.below(7)]
    // Hardware marks any quarter of a mapping; everything else is done to all of it.
    let place: UInt64 = code == 26 ? 0x80 | UInt64(random.below(4)) << 3 : 0x40
    let word = code | (place | UInt64(random.below(4))) << 8 | 0x80 << 32
    insert(word | UInt64(random.below(2)) << 48, &input, count, &random)
  }
}

/// Whether `word` starts an operation on the range of a two-step mapping that leaves it there.
private func isPartOfTwoSteps(_ word: UInt64, _ form: InputForm) -> Bool {
  switch ExactCode.kind(word, form) ?? compactKind(word, form) {
  case IOPT_OP_DMA_IOVA_ALLOC, IOPT_OP_DMA_IOVA_LINK, IOPT_OP_DMA_IOVA_SYNC,
    IOPT_OP_DMA_IOVA_UNLINK:
    true
  default: false
  }
}

/// A step on a range, mostly one that fits into it: linked, synced, unlinked, given up.
private func randomStep(_ random: inout SeededRandom) -> UInt64 {
  let codes: InlineArray<6, UInt64> = [8, 11, 19, 16, 17, 18]
  var word = codes[random.below(6)]
  if random.oneIn(4) { word |= UInt64(random.below(8)) << 8 }
  if random.oneIn(2) { word |= UInt64(random.below(256)) << 32 }
  if random.oneIn(4) { word |= UInt64(random.below(64)) << 56 }
  return word
}

private func insert(
  _ word: UInt64, _ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom
) {
  insert(word, &input, at: random.below(count + 1))
}

/// As the operation of this number.
private func insert(_ word: UInt64, _ input: inout InputBuffer, at index: Int) {
  let offset = input.records.range(index, length: 0).lowerBound
  guard input.open(8, at: offset) else { return }
  input.store(word, at: offset)
}

/// A compact operation, with most of its bytes small or zero: the plainest choice of each.
private func randomOperation(_ random: inout SeededRandom) -> UInt64 {
  var word = random.next()
  for byte in 1..<8 as Range<UInt64> where random.oneIn(2) { word &= ~(0xff << (8 * byte)) }
  return word & ~0xe0
}

func removeRun(_ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  input.remove(input.records.range(random.below(count), length: runLength(&random)))
}

func duplicateRun(_ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  let records = input.records
  let run = records.range(random.below(count), length: runLength(&random))
  let place = records.range(random.below(count + 1), length: 0).lowerBound
  let inside = place > run.lowerBound && place < run.upperBound
  _ = input.duplicate(run, at: inside ? run.upperBound : place)
}

/// Exchanges two neighbouring runs of operations.
func swapRuns(_ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  let records = input.records
  let index = random.below(count)
  let length = runLength(&random)
  let left = records.range(index, length: length)
  let right = records.range(index + length, length: runLength(&random))
  guard !right.isEmpty else { return }
  input.rotate(left.lowerBound, right.lowerBound, right.upperBound)
}

/// Mostly 1.
private func runLength(_ random: inout SeededRandom) -> Int {
  random.oneIn(3) ? 1 + random.below(8) : 1
}
