// SPDX-License-Identifier: GPL-2.0-only

// Edits of the word that makes an input one of version 2.

/// Names another release, or changes what else the word says; an input of version 1 becomes one of
/// version 2, and now and then the other way about. Operations of one version become others.
func editRelease(_ input: inout InputBuffer, _ random: inout SeededRandom) {
  let records = input.records
  let word = records.plainHeader
  guard records.form.version == 2 else {
    guard word >= 8, word == InputConfiguration.size(records.word(at: 0)), input.open(8, at: word)
    else { return }
    input.store(randomRelease(&random), at: word)
    return
  }
  if random.oneIn(4) { return editDriver(&input, behind: word + 8, records.first, &random) }
  switch random.below(7) {
  case 0 where random.oneIn(3): input.remove(word..<records.first)
  case 1: input[word + 2] = UInt8(random.below(8))
  case 2: input[word + 3] = UInt8(random.below(256))
  case 4: input[word + 1] = input[word + 1] & 0x9f | UInt8(random.below(4)) << 5
  case 3: input[word + 1] ^= 4 << UInt8(random.below(3))
  default: input[word + 1] = input[word + 1] & 0xfc | UInt8(random.below(4))
  }
  if random.oneIn(2) { input[word + 7] = 0 }
}

/// Names a driver, another one, or with other options; or drops it. Its word stands at `place`, when
/// `first`, where operations begin, is behind that.
private func editDriver(
  _ input: inout InputBuffer, behind place: Int, _ first: Int, _ random: inout SeededRandom
) {
  if first == place {
    if input.open(8, at: place) { input.store(DriverWord.word(.random(&random)), at: place) }
    return
  }
  switch random.below(6) {
  case 0: input.remove(place..<first)
  case 1: input[place + 2] = UInt8(random.below(65))
  case 2: input[place + 3] ^= 1
  default: input.store(DriverWord.word(.random(&random)), at: place)
  }
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
