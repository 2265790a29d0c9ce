// SPDX-License-Identifier: GPL-2.0-only

/// Changes the input in the first `size` bytes of `buffer` by one to four edits of its operations
/// or its configuration, now and then also into one that is relaxed, and returns its new size, at
/// most the buffer's. Equal arguments give equal results. Allocates nothing. `form`: that of a
/// configuration which takes the place of the input's own.
public func mutateInput(
  _ buffer: UnsafeMutableBufferPointer<UInt8>, size: Int, seed: UInt64, as form: InputForm? = nil
) -> Int {
  var random = SeededRandom(seed: seed)
  var input = InputBuffer(buffer, size: size, as: form)
  input.align()
  guard input.size >= 8 else { return input.size }
  let edits = random.oneIn(2) ? 1 : 1 + random.below(4)
  for _ in 0..<edits { edit(&input, &random) }
  if random.oneIn(4) { introduceRelaxation(&input, &random) }
  return input.size
}

/// Writes into `output` the first input's configuration and operations of both, and returns the
/// number of bytes. Runs of operations are kept whole and in order. Equal arguments give equal
/// results. Allocates nothing.
public func crossOverInputs(
  _ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>,
  into output: UnsafeMutableBufferPointer<UInt8>, seed: UInt64, as form: InputForm? = nil
) -> Int {
  var random = SeededRandom(seed: seed)
  let left = InputRecords(first, as: form)
  let right = InputRecords(second, as: form)
  var size = copy(first[..<left.first], to: output, at: 0)
  let (leftCount, rightCount) = (left.count, right.count)
  var (fromLeft, fromRight) = (0, 0)
  while fromLeft < leftCount || fromRight < rightCount {
    let run = 1 + random.below(8)
    if fromRight == rightCount || (fromLeft < leftCount && random.oneIn(2)) {
      size = copy(first[left.range(fromLeft, length: run)], to: output, at: size)
      fromLeft += run
      if random.oneIn(4) { fromRight += run }
    } else {
      size = copy(second[right.range(fromRight, length: run)], to: output, at: size)
      fromRight += run
      if random.oneIn(4) { fromLeft += run }
    }
    (fromLeft, fromRight) = (min(fromLeft, leftCount), min(fromRight, rightCount))
  }
  return size
}

/// Copies what fits; returns the offset after it.
private func copy(
  _ bytes: Slice<UnsafeBufferPointer<UInt8>>, to output: UnsafeMutableBufferPointer<UInt8>,
  at offset: Int
) -> Int {
  let count = min(bytes.count, output.count - offset)
  for index in 0..<count { output[offset + index] = bytes[bytes.startIndex + index] }
  return offset + count
}

private func edit(_ input: inout InputBuffer, _ random: inout SeededRandom) {
  let count = input.records.count
  // A configuration that another takes the place of is not worth a change.
  let hasHeader = input.form == nil
  if hasHeader, random.oneIn(32) { return editRelease(&input, &random) }
  guard count > 0 else {
    if hasHeader { editConfiguration(input, &random) }
    return insertOperation(&input, count, &random)
  }
  if hasHeader, count < 4, random.oneIn(3) { editConfiguration(input, &random) }
  switch random.below(30) {
  case 0...3: insertOperation(&input, count, &random)
  case 4, 24: insertMilestone(&input, count, &random)
  case 5, 6: removeRun(&input, count, &random)
  case 7, 8: duplicateRun(&input, count, &random)
  case 9, 10: swapRuns(&input, count, &random)
  case 11...14 where hasHeader: editConfiguration(input, &random)
  case 15...18: editAddress(input, count, &random)
  case 19...21: editLength(input, count, &random)
  case 22, 23: insertCounterpart(&input, count, &random)
  case 28, 29: insertLife(&input, count, &random)
  default: editMode(input, count, &random)
  }
}
