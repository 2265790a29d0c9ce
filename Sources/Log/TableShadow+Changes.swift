// SPDX-License-Identifier: GPL-2.0-only

extension TableShadow {
  /// Appends one `pte` record for each run of words that the operation at hand changed, in the
  /// language's canonical form. Asked before ``settle()``.
  public func appendChanges(to output: borrowing RecordBuffer) {
    touched.normalize()
    for position in 0..<touched.count {
      let range = touched[position]
      var index = range.lowerBound
      // Where nobody keeps what was before, a run may go on behind what the operation touched.
      while index < range.upperBound, let changed = nextChange(in: index..<range.upperBound) {
        index = appendRun(from: changed, to: output)
      }
    }
  }

  /// The first live word in `range` that is not as it was.
  private func nextChange(in range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      let slot = index / Self.wordsPerSlot
      let slotEnd = min((slot + 1) * Self.wordsPerSlot, range.upperBound)
      // A freed table's words may not even be read.
      if isLive(slot) {
        while index < slotEnd {
          if memory[index] != before[index] { return index }
          index += 1
        }
      }
      index = slotEnd
    }
    return nil
  }

  /// Appends the run that starts at `first`; returns the index after it. The canonical form: as
  /// long as one stride holds, two words make two lines, and no stride wraps around.
  private func appendRun(from first: Int, to output: borrowing RecordBuffer) -> Int {
    let table = table(ofWord: first)
    let tableEnd = table.word + table.count
    func continues(_ index: Int) -> Bool {
      index < tableEnd && memory[index] != before[index] && memory[index] >= memory[index - 1]
    }
    var end = first + 1
    var stride: UInt64 = 0
    if continues(end) {
      stride = memory[end] - memory[first]
      end += 1
      while continues(end), memory[end] - memory[end - 1] == stride { end += 1 }
    }
    let pa = ArenaLayout.address(ofWord: table.word)
    if end - first == 2 {
      for index in first..<end {
        output.appendPTE(
          table: pa, first: index - table.word, last: index - table.word, value: memory[index],
          stride: 0)
      }
    } else {
      output.appendPTE(
        table: pa, first: first - table.word, last: end - 1 - table.word, value: memory[first],
        stride: stride)
    }
    return end
  }
}
