// SPDX-License-Identifier: GPL-2.0-only
import Log

extension TextBuffer {
  /// Appends the lines of all records in `words`, one after another.
  public mutating func appendRecords(_ words: UnsafeBufferPointer<UInt64>, form: ResultForm) {
    var position = 0
    while position < words.count {
      let length = min(1 + Int(words[position] >> 32), words.count - position)
      let record = UnsafeBufferPointer(rebasing: words[position..<position + length])
      appendRecord(record, form: form)
      position += length
    }
  }

  /// Appends the canonical `=` line of one record: a header and its arguments. `form` says how the
  /// statement that caused it writes its result. A store prints nothing, levels are printed with the
  /// record behind them. A record that the
  /// language has no form for prints as `= record KIND ARGUMENT…`, which no reader accepts.
  public mutating func appendRecord(_ record: UnsafeBufferPointer<UInt64>, form: ResultForm) {
    guard let header = record.first else { return }
    let kind = UInt32(truncatingIfNeeded: header)
    if kind == EventKind.store.rawValue { return }
    if levels != nil, kind != EventKind.sync.rawValue, kind != EventKind.gather.rawValue {
      appendStrayLevels()
    }
    if kind == EventKind.levels.rawValue, record.count == 3 {
      levels = (record[1], record[2])
      return
    }
    guard let kind = EventKind(rawValue: kind), kind.accepts(record, form: form) else {
      return appendFormless(record)
    }
    append("= ")
    append(kind.word)
    append(record, as: kind, form: form)
    append(byte: UInt8(ascii: "\n"))
  }

  /// Levels that stand before no record that has some.
  private mutating func appendStrayLevels() {
    guard let levels else { return }
    self.levels = nil
    let record = [UInt64(EventKind.levels.rawValue) | 2 << 32, levels.leaves, levels.tables]
    record.withUnsafeBufferPointer { appendFormless($0) }
  }

  private mutating func appendLevels() {
    guard let levels else { return }
    self.levels = nil
    append(" levels=", hex: levels.leaves)
    append("/", hex: levels.tables)
  }

  /// Appends the arguments, each with a space before it.
  private mutating func append(
    _ record: UnsafeBufferPointer<UInt64>, as kind: EventKind, form: ResultForm
  ) {
    switch kind {
    case .pte: appendPTE(record)
    case .result: appendResult(record, form: form)
    case .info: appendInfo(record)
    case .gather:
      append(" ", decimal: record[1])
      append(" ", hex: record[2])
      append(" ", hex: record[3])
      append(" queued=", decimal: record[4])
      appendLevels()
      appendPages(record, from: 5)
    case .queue:
      append(" ", decimal: record[1])
      append(" ", hex: record[2])
      append(" ", hex: record[3])
      append(" ", decimal: record[4])
      appendPages(record, from: 5)
    case .noIOVA:
      append(" none ", hex: record[1])
    case .incoherent:
      append(" ", hex: record[1])
      append(record[2] == 0 ? " off" : " on")
    case .top:
      append(" ", hex: record[1])
      append(" ", decimal: record[2])
    case .timerOn, .timerFire, .depotWork:
      append(" ", decimal: record[1])
    case .sync:
      append(" ", hex: record[1])
      append(" ", hex: record[2])
      appendLevels()
      appendPages(record, from: 3)
    case .alloc, .free, .clean, .dirty, .iovaAlloc, .iovaFree, .syncMap,
      .allocFail, .flushAll, .warn, .skip, .crash:
      appendPages(record, from: 1)
    case .store, .levels, .cpu: break
    }
  }

  private mutating func appendPTE(_ record: UnsafeBufferPointer<UInt64>) {
    append(" ", hex: record[1])
    append(" ", decimal: record[2])
    append("..", decimal: record[3])
    append(" ", hex: record[4])
    append(" +", hex: record[5])
  }

  private mutating func appendInfo(_ record: UnsafeBufferPointer<UInt64>) {
    append(" pgsizes=", hex: record[1])
    append(" first=", hex: record[2])
    append(" last=", hex: record[3])
    append(" top=", hex: record[4])
    append(" level=", decimal: record[5])
    append(" features=")
    append(Features(rawValue: UInt32(truncatingIfNeeded: record[6])))
    append(" va=", decimal: record[7])
    append(" oa=", decimal: record[8])
  }

  private mutating func appendResult(_ record: UnsafeBufferPointer<UInt64>, form: ResultForm) {
    let value = record[1]
    switch form {
    case .errno, .errnoAndMapped:
      append(byte: UInt8(ascii: " "))
      appendErrno(value)
      if form == .errnoAndMapped { append(" mapped=", hex: record[2]) }
    case .iova where value == .max:
      append(" none")
    case .dmaAddress where value == .max:
      append(" DMA_MAPPING_ERROR")
    case .dmaAddress, .iova, .number, .absent:
      append(" ", hex: value)
    }
  }

  private mutating func appendErrno(_ value: UInt64) {
    if value == 0 {
      append(byte: UInt8(ascii: "0"))
    } else if let name = Errno.name(ofResult: value) {
      append(name)
    } else {
      append(hex: value)
    }
  }

  private mutating func appendPages(_ record: UnsafeBufferPointer<UInt64>, from index: Int) {
    for word in record[index...] { append(" ", hex: word) }
  }

  /// Appends a store as a comment, which every reader skips: `# store PA FIRST..LAST VALUE +STRIDE`,
  /// the table's address and the indexes of the words in it.
  public mutating func appendStoreComment(
    table: UInt64, first: UInt64, last: UInt64, value: UInt64, stride: UInt64
  ) {
    append("# store ", hex: table)
    append(" ", decimal: first)
    append("..", decimal: last)
    append(" ", hex: value)
    append(" +", hex: stride)
    append(byte: UInt8(ascii: "\n"))
  }

  private mutating func appendFormless(_ record: UnsafeBufferPointer<UInt64>) {
    append("= record ")
    append(decimal: record[0] & 0xffff_ffff)
    appendPages(record, from: 1)
    append(byte: UInt8(ascii: "\n"))
  }

  private mutating func append(_ prefix: StaticString, hex value: UInt64) {
    append(prefix)
    append(hex: value)
  }

  private mutating func append(_ prefix: StaticString, decimal value: UInt64) {
    append(prefix)
    append(decimal: value)
  }
}
