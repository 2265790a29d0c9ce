// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Edits of one operation's fields, or of the configuration's.

/// One operation of an input, to be changed.
private struct EditedOperation {
  let input: InputBuffer
  let offset: Int
  /// Words of 64 bits that follow the first.
  let words: Int

  init?(_ input: InputBuffer, _ count: Int, _ random: inout SeededRandom) {
    let range = input.records.range(random.below(count))
    guard range.count >= 8 else { return nil }
    self.input = input
    offset = range.lowerBound
    words = range.count / 8 - 1
  }

  subscript(byte: Int) -> UInt8 {
    get { input[offset + byte] }
    nonmutating set { input[offset + byte] = newValue }
  }

  /// Word `index` of those that follow the first.
  func word(_ index: Int) -> UInt64 { input.records.word(at: offset + 8 + 8 * index) }

  /// Stores such a word; from here on the work that the operation asks for is bounded.
  func store(_ word: UInt64, _ index: Int) {
    input.store(word, at: offset + 8 + 8 * index)
    if UInt64(self[7]) == exactMark { self[7] = 0 }
  }
}

/// Moves an address to a boundary, to another operation's address, or a page on.
func editAddress(_ input: InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  guard let target = EditedOperation(input, count, &random) else { return }
  guard target.words > 0 else { return editCompactAddress(target, &random) }
  let index = random.below(max(1, target.words - 1))
  let old = target.word(index)
  let unit: UInt64 = 1 << pageShift(&random)
  switch random.below(5) {
  case 0: target.store(old &+ unit, index)
  case 1: target.store(old &- unit, index)
  case 2: target.store(old & ~(unit - 1), index)
  case 3: target.store(old ^ 1 << UInt64(12 + random.below(52)), index)
  default:
    guard let other = EditedOperation(input, count, &random), other.words > 0 else { return }
    target.store(other.word(0), index)
  }
}

private func editCompactAddress(_ target: EditedOperation, _ random: inout SeededRandom) {
  switch random.below(5) {
  case 0: target[1] = UInt8(0x40 | random.below(8))
  case 1: target[1] = UInt8(0xc0 | random.below(64))
  case 2: target[1] = UInt8(random.below(64))
  case 3: target[2] = UInt8(random.oneIn(2) ? 0 : random.below(256))
  default: target[3] = UInt8(random.below(256))
  }
}

/// Changes a length to a neighbouring one.
func editLength(_ input: InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  guard let target = EditedOperation(input, count, &random) else { return }
  guard target.words > 0 else {
    switch random.below(5) {
    case 4: target[4] = UInt8(random.below(256))
    case 0: target[4] = target[4] & 0xf8 | UInt8(random.below(8))
    case 1: target[4] = target[4] & 0xc7 | UInt8(random.below(8) << 3)
    case 2: target[4] ^= UInt8(0x40 << random.below(2))
    default: target[7] = UInt8(random.oneIn(2) ? 0 : random.below(256))
    }
    return
  }
  let index = target.words - 1
  let old = target.word(index)
  switch random.below(5) {
  case 0: target.store(old &+ 0x1000, index)
  case 1: target.store(old &- 0x1000, index)
  case 2: target.store(old << 1, index)
  case 3: target.store(old >> 1 & ~0xfff, index)
  default: target.store(1 << pageShift(&random), index)
  }
}

/// Changes what an operation does, but not where: its kind, flag, gather, handle, CPU, protection.
func editMode(_ input: InputBuffer, _ count: Int, _ random: inout SeededRandom) {
  guard let target = EditedOperation(input, count, &random) else { return }
  switch random.below(4) {
  case 0 where target.words == 0: target[0] = UInt8(random.below(32))
  case 1: target[5] ^= 1 << UInt8(random.below(8))
  case 2: target[6] = UInt8(random.below(8))
  default: target[random.oneIn(2) ? 6 : 1] ^= 1 << UInt8(random.below(3))
  }
}

/// Changes one choice of the `domain` or `dma` line, or now and then all.
func editConfiguration(_ input: InputBuffer, _ random: inout SeededRandom) {
  let size = InputConfiguration.size(input.records.word(at: 0))
  if size == 8, input.size >= 8 {
    // Formats beyond those that byte 1 tells apart.
    let further = Format.allCases.count - 4
    if further > 0, random.oneIn(8) {
      input[7] = input[7] & 0xf0 | UInt8(random.below(min(further, 15) + 1))
    }
    if random.oneIn(16) { return makeOdd(input, &random) }
    switch random.below(4) {
    case 0: for byte in 1...6 { input[byte] = UInt8(random.below(256)) }
    case 1: input[1 + random.below(6)] = UInt8(random.below(256))
    default: input[1 + random.below(6)] ^= 1 << UInt8(random.below(8))
    }
  } else if size >= 32, input.size >= size {
    editExactConfiguration(input, size, &random)
  }
}

/// Takes a step aside from the widths and the top of a compact configuration.
private func makeOdd(_ input: InputBuffer, _ random: inout SeededRandom) {
  input[1] |= 0x80
  input[2] = input[2] & 0x0f | UInt8(random.below(16)) << 4
  input[6] = input[6] & 0x0f | UInt8(6 + 2 * random.below(3)) << 4
}

private func editExactConfiguration(
  _ input: InputBuffer, _ size: Int, _ random: inout SeededRandom
) {
  switch random.below(4) {
  case 0: input[11] ^= 1 << UInt8(random.below(6))
  case 1 where size > 32: input[32] ^= 1 << UInt8(random.below(3))
  case 2 where random.oneIn(4): input[8] = otherFormat(input[8], &random)
  case 2 where random.oneIn(4): editExactShape(input, size, &random)
  default:
    let feature = random.below(12)
    input[16 + feature / 8] ^= 1 << UInt8(feature % 8)
  }
}

/// Makes a width one off, another top, or the flush queue's timer due at once.
private func editExactShape(_ input: InputBuffer, _ size: Int, _ random: inout SeededRandom) {
  switch random.below(6) {
  case 0: input[9] &+= 1
  case 1: input[9] &-= 1
  case 2: input[10] &+= random.oneIn(2) ? 1 : 0xff
  case 3: input[12] = random.oneIn(2) ? 0 : input[12] &+ 1
  case 4: input[9] = UInt8(9 + random.below(16))
  default: if size >= 56 { input.store(0, at: 40) }
  }
}

/// The number of another format than that of an exact configuration's byte.
private func otherFormat(_ byte: UInt8, _ random: inout SeededRandom) -> UInt8 {
  let count = Format.allCases.count
  let number = Int(Format(exact: UInt64(byte)).rawValue)
  return UInt8((number + 1 + random.below(count - 1)) % count)
}

/// The size of a page, log2 bytes.
private func pageShift(_ random: inout SeededRandom) -> UInt64 {
  switch random.below(6) {
  case 0, 1, 2: 12
  case 3: 16
  case 4: 21
  default: 30
  }
}
