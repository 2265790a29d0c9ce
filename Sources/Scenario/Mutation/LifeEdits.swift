// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Edits that insert a row of operations on one thing: what the first of them leaves shows in the last
// only, and chance seldom puts them behind each other. Lists and very large leaves are exact, the rest
// is compact.

/// So many words, to be inserted together.
private struct OperationRow {
  private var words = InlineArray<56, UInt64>(repeating: 0)
  private var count = 0

  mutating func append(_ word: UInt64) {
    guard count < words.count else { return }
    words[count] = word
    count += 1
  }

  /// Opens room at `offset`; nothing is done where there is not enough.
  func insert(_ input: inout InputBuffer, at offset: Int) {
    guard input.open(8 * count, at: offset) else { return }
    for index in 0..<count { input.store(words[index], at: offset + 8 * index) }
  }
}

/// Inserts what becomes of one mapping, buffer, range or gather from its beginning on.
func insertLife(_ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  let records = input.records
  if records.hasDMA, records.form.version == 2, random.oneIn(16) {
    return insertDepotLife(&input, count, &random)
  }
  if !records.hasDMA, input.form != nil || records.plainHeader == 8, random.oneIn(12) {
    return insertEncryptedLife(&input, count, &random)
  }
  let row = records.hasDMA ? life(records.form, &random) : tableLife(&random)
  let index = random.oneIn(2) ? 0 : random.below(count + 1)
  row.insert(&input, at: records.range(index, length: 0).lowerBound)
}

/// With a `dma` line.
private func life(_ form: InputForm, _ random: inout SeededRandom) -> OperationRow {
  switch random.below(9) {
  case 0: reservationLife(&random)
  case 1: listLife(form, &random)
  case 2, 3, 4, 5: form.version == 2 ? twoStepLife(&random) : bufferLife(&random)
  default: bufferLife(&random)
  }
}

/// Without.
private func tableLife(_ random: inout SeededRandom) -> OperationRow {
  if random.oneIn(12) { return gapLife(&random) }
  return switch random.below(3) {
  case 0: dirtyLife(&random)
  case 1: gatherLife(&random)
  default: boundaryLife(&random)
  }
}

/// A buffer of any size is mapped and unmapped, once or twice; time may pass in between.
private func bufferLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  let handle = UInt64(random.below(4)) << 48
  let map =
    handle | length(&random) | (random.oneIn(2) ? plainMemory : UInt64(random.below(256)) << 24)
  let isRepeated = random.oneIn(2)
  row.append(map)
  row.append(12 | handle)
  if random.oneIn(2) { row.append(22 | UInt64(random.below(32)) << 32) }
  if isRepeated {
    row.append(map)
    row.append(12 | handle)
  }
  return row
}

/// Makes magazines small, then inserts buffers of two or three sizes, so many of each that the depot of
/// its size has more magazines than there are CPUs, and is to give some back when its time comes. Time
/// passes in between or not, so that several of them, and the flush queue's timer, wait at once.
private func insertDepotLife(
  _ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom
) {
  let release = input.records.plainHeader
  if input.form == nil {
    guard release + 8 <= input.size else { return }
    let isExact = UInt64(input[release + 7]) == exactMark
    input[release + 2] = UInt8((isExact ? 1 : 4) + random.below(2))
    // With one CPU, depots of two magazines have more than that.
    if release == 8, random.oneIn(2) { input[5] &= 0xf8 }
  }
  var row = OperationRow()
  for size in 0..<(random.oneIn(3) ? 2 : 3) {
    let buffers = 4 + random.below(5)
    // All are mapped, then all unmapped.
    for index in 0..<(2 * buffers) {
      let pages = UInt64(1 << size)
      let map = plainMemory | (pages - 1) << 35
      row.append((index < buffers ? map : 12) | UInt64(index % buffers) << 48)
    }
    if random.oneIn(2) { row.append(22 | UInt64(random.below(32)) << 32) }
  }
  // Without, the end of the domain finds depots that are full.
  if random.oneIn(2) { row.append(22 | UInt64(random.below(32)) << 32) }
  // One that no cache has, from what came back.
  if random.oneIn(2) { row.append(5 << 32) }
  row.insert(&input, at: input.records.range(random.below(count + 1), length: 0).lowerBound)
}

/// The first page of memory, where a compact operation has its physical address. The one before, which is 0
/// there, counts as not mapped when a buffer is unmapped: that is warned of, and its IOVA is lost.
private let plainMemory: UInt64 = 4 << 24

/// Memory at the encryption bit is mapped and unmapped in the debug build, which checks its entries.
private func insertEncryptedLife(
  _ input: inout InputBuffer, _ count: Int, _ random: inout SeededRandom
) {
  let hasHeader = input.form == nil
  if hasHeader {
    input[1] |= 0x04
    input[4] |= 0x40
  }
  let row: OperationRow
  if random.oneIn(2) {
    if hasHeader {
      // AMDv1, and bit 36.
      input[1] = input[1] & 0xfc | 1
      input[7] = 13 << 4
    }
    row = misreadLife(&random)
  } else {
    row = encryptedLife(&random)
  }
  row.insert(&input, at: input.records.range(random.below(count + 1), length: 0).lowerBound)
}

/// At the end of what the format can name, where the encryption bit is.
private func encryptedLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  row.append(mapping(&random) | (7 | UInt64(random.below(32)) << 3) << 24)
  let unmap: UInt64 = random.oneIn(2) ? 8 : 15 | UInt64(random.below(4)) << 48
  // All of it, or from one of its quarters on, or so many bytes.
  let place: UInt64 = random.oneIn(2) ? 0x40 : 0x80 | UInt64(random.below(4)) << 3
  row.append(unmap | place << 8 | (random.oneIn(2) ? 0x80 << 32 : length(&random)))
  return row
}

/// An entry of AMDv1 says its size by the lowest bit of its address that is 0, which of 128 GiB is bit 36:
/// where that is the encryption bit, the entry says another size. One of 1 GiB lies in front of it, so
/// that a walk comes to it that did not begin there.
private func misreadLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  let (small, large) = (UInt64(1) << 30, UInt64(1) << 37)
  let iova = large * UInt64(1 + random.below(3))
  let physical = large * (1 << UInt64(1 + random.below(4)) - 1)
  let map = ExactCode.first + UInt64(IOPT_OP_MAP.rawValue) | 3 << 48 | exactMark << 56
  for leaf in [(iova - small, small, small), (iova, physical, large)] {
    row.append(map)
    row.append(leaf.0)
    row.append(leaf.1)
    row.append(leaf.2)
  }
  row.append(ExactCode.first + UInt64(IOPT_OP_UNMAP.rawValue) | exactMark << 56)
  row.append(random.oneIn(8) ? iova : iova - small)
  row.append(small + (random.oneIn(8) ? small : large))
  return row
}

/// A range is reserved right below a buffer, which is so large that no cache keeps its IOVA; then there
/// is none, and one that would not fit above the reservation is mapped.
private func reservationLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  let handle = UInt64(random.below(4)) << 48
  // 64 KiB or 2 MiB, and 1, 2 or 4 of them.
  let unit = UInt64(4 + random.below(2))
  let count = UInt64(unit == 4 ? 4 : 1 << random.below(3))
  // The end of the space or of half of it, the device's limit, 4 GiB.
  let edges: InlineArray<4, UInt64> = [0, 1, 4, 5]
  let place = (0xe0 | edges[random.below(4)]) << 8 | (0xc0 | count - 1) << 16 | unit << 56
  row.append(handle | plainMemory | (unit | (count - 1) << 3) << 32)
  row.append(25 | place | UInt64(random.oneIn(2) ? 0 : random.below(64)) << 32)
  row.append(12 | handle)
  row.append(handle | plainMemory | (unit | (2 * count - 1) << 3) << 32)
  return row
}

/// A range is allocated, mostly not from a page's start on, linked and synced, whole or a part, perhaps
/// unlinked and linked anew, and given up.
private func twoStepLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  let handle = UInt64(random.below(4)) << 48
  let whole = length(&random)
  let part = handle | (random.oneIn(2) ? whole : 0)
  let start = random.oneIn(4) ? 0 : UInt64(random.below(256)) << 16 | 0x20 << 56
  row.append(7 | handle | whole | start)
  row.append(8 | part)
  if !random.oneIn(4) { row.append(19 | part) }
  if random.oneIn(2) { row.append(16 | part) }
  if random.oneIn(4) {
    row.append(8 | part)
    row.append(19 | part)
  }
  guard random.oneIn(2) else { return row }
  if random.oneIn(2) {
    row.append(18 | handle)
  } else {
    // Of so many pages as are linked by all appearances, or of another number, mostly none.
    let other = 0xc0 << 32 | UInt64(random.oneIn(2) ? 0 : random.below(8)) << 35
    row.append(17 | handle | (random.oneIn(4) ? other : 0))
  }
  return row
}

/// A scatterlist with empty pieces, which no compact one has, is mapped and unmapped.
private func listLife(_ form: InputForm, _ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  let handle = UInt64(random.below(4))
  let kind = form.version == 2 ? IOPT_OP_DMA_MAP_SG_ATTRS : IOPT_OP_DMA_MAP_SG
  let direction = UInt64(random.below(3)) << 40
  row.append(ExactCode.first + UInt64(kind.rawValue) | handle << 16 | direction | exactMark << 56)
  if form.version == 2 { row.append(0) }
  let count = 2 + random.below(4)
  row.append(UInt64(count))
  var pa = UInt64(random.below(256)) << 12
  for _ in 0..<count {
    let length = random.oneIn(3) ? 0 : UInt64(1 + random.below(4)) << 12
    row.append(pa)
    row.append(length)
    pa += length + (random.oneIn(2) ? 0 : 0x1000)
  }
  row.append(12 | handle << 48)
  return row
}

/// A mapping is written to at one of its quarters, and asked what was.
private func dirtyLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  row.append(mapping(&random))
  row.append(26 | (0x80 | UInt64(random.below(4)) << 3) << 8)
  row.append(28 | 0x40 << 8 | 0x80 << 32 | UInt64(random.below(8)) << 48)
  return row
}

/// A gather begins, perhaps as a queued one, is synced or not, takes what is unmapped, once or twice,
/// and is synced each time.
private func gatherLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  let gather = UInt64(random.below(4)) << 48
  row.append(mapping(&random))
  row.append(12 | gather | UInt64(random.below(2)) << 50)
  if random.oneIn(2) { row.append(20 | gather) }
  if random.oneIn(2) {
    // Two parts of it, a sync between them.
    row.append(15 | 0x40 << 8 | gather)
    row.append(20 | gather)
    row.append(15 | (0x80 | UInt64(1 + random.below(3)) << 3) << 8 | gather)
  } else {
    row.append(15 | 0x40 << 8 | 0x80 << 32 | gather)
  }
  row.append(20 | gather)
  return row
}

/// Leaves up to a table's end, or across it, are mapped and unmapped.
private func boundaryLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  // 4 or 64 KiB, and 2 to 8 of them; the ends of tables of either are at 2 MiB or above.
  let unit: UInt64 = random.oneIn(4) ? 4 : 0
  let count = UInt64(2 + random.below(7))
  let table = UInt64(3 + random.below(4)) | UInt64(1 + random.below(7)) << 3
  let below = 0xc0 | UInt64(random.below(Int(count)))
  row.append(
    3 << 40 | (unit | (count - 1) << 3) << 32 | table << 8 | below << 16 | unit << 56)
  let unmap: UInt64 = random.oneIn(2) ? 8 : 15 | UInt64(random.below(4)) << 48
  row.append(unmap | 0x40 << 8 | 0x80 << 32)
  return row
}

/// The last table under another is full of 4 KiB pages, perhaps one more, and the rest is missing: all that
/// the upper one spans is unmapped at once.
private func gapLife(_ random: inout SeededRandom) -> OperationRow {
  var row = OperationRow()
  let (table, upper) = (UInt64(1) << 21, UInt64(1) << 30)
  let base = upper * UInt64(1 + random.below(3))
  for index in random.oneIn(2) ? [511] : [random.below(3), 511] {
    let start = UInt64(index) * table
    row.append(ExactCode.first + UInt64(IOPT_OP_MAP.rawValue) | 3 << 48 | exactMark << 56)
    row.append(base + start)
    // So that no larger page fits.
    row.append(start + 0x1000)
    row.append(table)
  }
  row.append(ExactCode.first + UInt64(IOPT_OP_UNMAP.rawValue) | exactMark << 56)
  row.append(base)
  row.append(upper)
  return row
}

/// What may be read and written, at an entry's edge.
private func mapping(_ random: inout SeededRandom) -> UInt64 {
  3 << 40 | length(&random) | UInt64(random.oneIn(2) ? 0 : random.below(64)) << 8
}

/// Pages of any size, 1 to 8 of them, where a compact operation has its length.
private func length(_ random: inout SeededRandom) -> UInt64 { UInt64(random.below(64)) << 32 }
