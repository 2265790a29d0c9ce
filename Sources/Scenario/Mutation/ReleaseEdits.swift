// SPDX-License-Identifier: GPL-2.0-only

// Edits of the word that makes an input one of version 2.

/// Names another release, or changes what else the word says; an input of version 1 becomes one of
/// version 2, and now and then the other way about. Operations of one version become others.
func editRelease(_ input: inout InputBuffer, _ random: inout SeededRandom) {
  let records = input.records
  let place = records.first
  guard records.form.version == 2 else {
    guard place >= 8, place == InputConfiguration.size(records.word(at: 0)),
      input.open(8, at: place)
    else { return }
    input.store(randomRelease(&random), at: place)
    return
  }
  let word = place - 8
  switch random.below(7) {
  case 0 where random.oneIn(3): input.remove(word..<place)
  case 1: input[word + 2] = UInt8(random.below(8))
  case 2: input[word + 3] = UInt8(random.below(256))
  case 4: input[word + 1] = input[word + 1] & 0x9f | UInt8(random.below(4)) << 5
  case 3: input[word + 1] ^= 4 << UInt8(random.below(3))
  default: input[word + 1] = input[word + 1] & 0xfc | UInt8(random.below(4))
  }
  if random.oneIn(2) { input[word + 7] = 0 }
}

/// Any release; every other time with `sync_map`, now and then with other features or magazines.
private func randomRelease(_ random: inout SeededRandom) -> UInt64 {
  var word = ReleaseWord.plain(Kernel.allCases[random.below(Kernel.allCases.count)])
  if random.oneIn(2) { word |= 1 << 10 }
  if random.oneIn(6) { word |= UInt64(random.below(4)) << 13 }
  if random.oneIn(4) { word |= UInt64(random.below(4)) << 11 }
  if random.oneIn(4) { word |= UInt64(random.below(8)) << 16 }
  return word
}
