// SPDX-License-Identifier: GPL-2.0-only
import Log

extension LineCursor {
  /// Reads what follows `=` and appends its record to `words`.
  mutating func observation(
    form: ResultForm, into words: inout [UInt64]
  ) throws(LineFault) {
    guard let word = word() else { throw fault(expected: "an observation") }
    guard var kind = EventKind(observation: word) else {
      throw fault(expected: "an observation", at: word.start)
    }
    if kind == .iovaAlloc, skipNone() { kind = .noIOVA }
    var header = words.count
    words.append(UInt64(kind.rawValue))
    if kind == .result {
      try result(form: form, into: &words, place: word.start)
    } else {
      try arguments(of: kind, into: &words, &header)
    }
    try finish()
    words[header] |= UInt64(words.count - header - 1) << 32
  }

  /// `header` is the place of the record's own; it moves where a record has to stand in front.
  private mutating func arguments(
    of kind: EventKind, into words: inout [UInt64], _ header: inout Int
  ) throws(LineFault) {
    switch kind {
    case .pte:
      try pte(into: &words)
    case .info:
      try info(into: &words)
    case .gather:
      words.append(try argument("a gather, 0 to 3", in: 0...3))
      words.append(try argument("a start"))
      words.append(try argument("a last address"))
      words.append(try value(of: "queued", "0 or 1", in: 0...1))
      try levels(into: &words, &header)
      try pages(into: &words)
    case .queue:
      words.append(try argument("a CPU"))
      try addressAndLength(into: &words)
      words.append(try argument("a count of flushes"))
      try pages(into: &words)
    case .sync:
      words.append(try argument("a start"))
      words.append(try argument("a last address"))
      try levels(into: &words, &header)
      try pages(into: &words)
    case .incoherent:
      words.append(try argument("an address"))
      guard findWord() else { throw fault(expected: "`on` or `off`") }
      words.append(try choice("`on` or `off`", [0, 1]) { $0 == 1 ? "on" : "off" })
    case .top:
      words.append(try argument("an address"))
      words.append(try argument("a level"))
    case .alloc, .clean, .dirty, .iovaAlloc, .iovaFree, .syncMap:
      try addressAndLength(into: &words)
    case .free:
      words.append(try argument("an address"))
    case .noIOVA:
      words.append(try argument("a length in bytes"))
    case .timerOn, .timerFire, .depotWork:
      words.append(try argument("a time in milliseconds"))
    case .allocFail, .flushAll, .warn, .skip, .crash, .result, .store, .levels, .cpu:
      break
    }
  }

  /// `levels=0xL/0xT`, a record of its own in front of the one at hand.
  private mutating func levels(
    into words: inout [UInt64], _ header: inout Int
  ) throws(LineFault) {
    guard findWord(), position.pointee == UInt8(ascii: "l") else { return }
    try expectKey("levels")
    let leaves = try number("a bitmap of levels", endingAt: UInt8(ascii: "/"))
    guard skip(UInt8(ascii: "/")) else { throw fault(expected: "`/` and a bitmap of levels") }
    let tables = try number("a bitmap of levels")
    let record = [UInt64(EventKind.levels.rawValue) | 2 << 32, leaves, tables]
    words.insert(contentsOf: record, at: header)
    header += record.count
  }

  private mutating func addressAndLength(into words: inout [UInt64]) throws(LineFault) {
    words.append(try argument("an address"))
    words.append(try argument("a length in bytes"))
  }

  private mutating func pages(into words: inout [UInt64]) throws(LineFault) {
    while findWord() { words.append(try number("the address of a page")) }
  }

  private mutating func pte(into words: inout [UInt64]) throws(LineFault) {
    words.append(try argument("the address of a table"))
    guard findWord() else { throw fault(expected: "FIRST..LAST") }
    let place = position
    let first = try number("an index", endingAt: UInt8(ascii: "."))
    guard skip(UInt8(ascii: ".")), skip(UInt8(ascii: ".")) else {
      throw fault(expected: "FIRST..LAST", at: place)
    }
    let last = try number("an index")
    if last < first { throw fault(expected: "FIRST..LAST, rising", at: place) }
    words.append(first)
    words.append(last)
    words.append(try argument("the value of a word"))
    guard findWord(), skip(UInt8(ascii: "+")) else { throw fault(expected: "`+` and a stride") }
    words.append(try number("a stride"))
  }

  private mutating func info(into words: inout [UInt64]) throws(LineFault) {
    words.append(try value(of: "pgsizes", "a bitmap of page sizes"))
    words.append(try value(of: "first", "an address"))
    words.append(try value(of: "last", "an address"))
    words.append(try value(of: "top", "an address"))
    words.append(try value(of: "level", "a level"))
    try expectKey("features")
    words.append(UInt64(try features(of: nil).rawValue))
    words.append(try value(of: "va", "a width in bits"))
    words.append(try value(of: "oa", "a width in bits"))
  }

  /// The value of a `= ret`, in the form that the statement before it gives it.
  private mutating func result(
    form: ResultForm, into words: inout [UInt64], place: UnsafePointer<UInt8>
  ) throws(LineFault) {
    switch form {
    case .absent:
      throw fault(expected: "no `ret` of a statement that has no result", at: place)
    case .errno, .errnoAndMapped:
      words.append(try named("0 or the name of an errno", Errno.result(named:)))
    case .number:
      words.append(try argument("a number"))
    case .iova:
      words.append(try named("an address or `none`") { $0 == "none" ? .max : nil })
    case .dmaAddress:
      words.append(
        try named("an address or DMA_MAPPING_ERROR") {
          $0 == "DMA_MAPPING_ERROR" ? .max : nil
        })
    }
    words.append(
      form == .errnoAndMapped ? try value(of: "mapped", "a length in bytes") : 0)
  }

  /// A number, or a word that stands for one.
  @inline(__always)
  private mutating func named(
    _ expected: StaticString, _ meaning: (ByteWord) -> UInt64?
  ) throws(LineFault) -> UInt64 {
    guard findWord() else { throw fault(expected: "\(expected)") }
    if position.pointee <= UInt8(ascii: "9") { return try number(expected) }
    let word = rest(endingAt: UInt8(ascii: " "))
    guard let value = meaning(word) else { throw fault(expected: "\(expected)", at: word.start) }
    return value
  }

  /// The next word, which must be `key=` and a number.
  private mutating func value(
    of key: StaticString, _ expected: StaticString, in range: ClosedRange<UInt64> = 0...UInt64.max
  ) throws(LineFault) -> UInt64 {
    try expectKey(key)
    return try number(expected, in: range)
  }

  private mutating func expectKey(_ key: StaticString) throws(LineFault) {
    guard findWord() else { throw fault(expected: "`\(key)=`") }
    let word = rest(endingAt: UInt8(ascii: "="))
    guard word == key, skip(UInt8(ascii: "=")) else {
      throw fault(expected: "`\(key)=`", at: word.start)
    }
  }

  private mutating func skipNone() -> Bool {
    var ahead = self
    guard let word = ahead.word(), word == "none" else { return false }
    self = ahead
    return true
  }
}
