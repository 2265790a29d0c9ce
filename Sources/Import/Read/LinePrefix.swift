// SPDX-License-Identifier: GPL-2.0-only

/// What stands in front of an event: task, CPU and time, as `trace-cmd report`, `perf script` and
/// tracefs print them.
struct LinePrefix {
  var task = Slice(start: UnsafePointer(bitPattern: 1)!, count: 0)
  var pid: Int32 = -1
  var tgid: Int32 = -1
  var cpu: Int32 = -1
  var isInterrupt = false
  var time: UInt64?

  /// What the line is, with `scan` behind what was recognised.
  enum Form {
    /// Task and time were read; an event follows.
    case event
    /// It starts like an event's line, and ends before the event.
    case cut
    case none
  }

  /// Reads the front of a line.
  static func read(_ scan: inout Scan) -> (form: Form, prefix: LinePrefix) {
    var prefix = LinePrefix()
    guard let stamp = timestamp(scan) else {
      return (isCut(scan, &prefix) ? .cut : .none, prefix)
    }
    guard prefix.readWho(from: scan.start, to: stamp.first) else { return (.none, prefix) }
    prefix.time = stamp.nanoseconds
    scan.at = stamp.behind
    scan.skipSpaces()
    return (scan.isAtEnd ? .cut : .event, prefix)
  }

  /// `1234.567890:`, of 6 or 9 digits behind the point.
  private static func timestamp(
    _ scan: Scan
  ) -> (first: UnsafePointer<UInt8>, behind: UnsafePointer<UInt8>, nanoseconds: UInt64?)? {
    var place = scan.at
    while place < scan.end {
      guard place.pointee == UInt8(ascii: ":"), place > scan.start,
        Scan.isDigit(place[-1])
      else {
        place += 1
        continue
      }
      var first = place
      while first > scan.start, Scan.isDigit(first[-1]) { first -= 1 }
      if first > scan.start, first[-1] == UInt8(ascii: ".") {
        let digits = place - first
        var second = first - 1
        while second > scan.start, Scan.isDigit(second[-1]) { second -= 1 }
        if second < first - 1, second == scan.start || isBorder(second[-1]), digits <= 9 {
          return (second, place + 1, nanoseconds(second, first, digits))
        }
      } else if isCounter(scan, first, place) {
        // A clock that counts has no unit: what it says is order, which the lines have anyway.
        return (first, place + 1, nil)
      }
      place += 1
    }
    return nil
  }

  private static func isBorder(_ byte: UInt8) -> Bool {
    Scan.isSpace(byte) || byte == UInt8(ascii: "]")
  }

  /// `[003] d..1. 42:` of the clocks `counter`, `x86-tsc` and their like.
  private static func isCounter(
    _ scan: Scan, _ first: UnsafePointer<UInt8>, _ colon: UnsafePointer<UInt8>
  ) -> Bool {
    guard first > scan.start + 4, Scan.isSpace(first[-1]),
      colon + 1 == scan.end || Scan.isSpace(colon[1])
    else { return false }
    var back = first
    skipSpacesBack(&back, scan.start)
    if back > scan.start, back[-1] != UInt8(ascii: "]") {
      let end = back
      while back > scan.start, isFlag(back[-1]) { back -= 1 }
      guard end - back >= 4, end - back <= 8 else { return false }
      skipSpacesBack(&back, scan.start)
    }
    return back > scan.start && back[-1] == UInt8(ascii: "]")
  }

  private static func nanoseconds(
    _ seconds: UnsafePointer<UInt8>, _ fraction: UnsafePointer<UInt8>, _ digits: Int
  ) -> UInt64? {
    var value: UInt64 = 0
    var place = seconds
    while place < fraction + digits {
      if place != fraction - 1 {
        if value > UInt64.max / 16 { return nil }
        value = value * 10 + UInt64(place.pointee &- UInt8(ascii: "0"))
      }
      place += 1
    }
    for _ in digits..<9 {
      if value > UInt64.max / 16 { return nil }
      value *= 10
    }
    return value
  }

  private static func skipSpacesBack(
    _ place: inout UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>
  ) {
    while place > start, Scan.isSpace(place[-1]) { place -= 1 }
  }

  /// A letter of the flags column: `d..1.`, `..s1.`, `dNh2.`, `.......`, `-----`.
  private static func isFlag(_ byte: UInt8) -> Bool {
    Scan.isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "*")
      || (byte | 0x20) &- UInt8(ascii: "a") < 26
  }

  /// Reads backwards from the time: flags, CPU, process, PID, task.
  private mutating func readWho(
    from start: UnsafePointer<UInt8>, to stamp: UnsafePointer<UInt8>
  ) -> Bool {
    var back = stamp
    Self.skipSpacesBack(&back, start)
    if back > start, back[-1] != UInt8(ascii: "]") {
      let end = back
      var first = back
      while first > start, !Scan.isSpace(first[-1]), first[-1] != UInt8(ascii: "]") { first -= 1 }
      var before = first
      Self.skipSpacesBack(&before, start)
      if before > start, before[-1] == UInt8(ascii: "]"), end - first <= 10 {
        isInterrupt = Self.runsInInterrupt(first, end)
        back = before
      }
    }
    if back > start, back[-1] == UInt8(ascii: "]") { readCPU(&back, start) }
    Self.skipSpacesBack(&back, start)
    if back > start, back[-1] == UInt8(ascii: ")") { readProcess(&back, start) }
    Self.skipSpacesBack(&back, start)
    return readTask(back, start)
  }

  /// The third of the flags: h, H, s, z and Z say a hard or soft interrupt.
  private static func runsInInterrupt(
    _ first: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Bool {
    var place = first
    while place < end {
      switch place.pointee {
      case UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "s"), UInt8(ascii: "z"),
        UInt8(ascii: "Z"):
        return true
      default: place += 1
      }
    }
    return false
  }

  private mutating func readCPU(
    _ back: inout UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>
  ) {
    var first = back - 1
    while first > start, Scan.isDigit(first[-1]) { first -= 1 }
    guard first > start, first[-1] == UInt8(ascii: "["), first < back - 1, back - first < 8 else {
      return
    }
    cpu = Self.number(first, back - 1)
    back = first - 1
  }

  /// `( 1234)`, or `(-----)` for a process that is not known.
  private mutating func readProcess(
    _ back: inout UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>
  ) {
    var first = back - 1
    while first > start, Scan.isDigit(first[-1]) || first[-1] == UInt8(ascii: "-") { first -= 1 }
    let digits = first
    Self.skipSpacesBack(&first, start)
    guard first > start, first[-1] == UInt8(ascii: "("), back - 1 > digits else { return }
    if Scan.isDigit(digits.pointee) { tgid = Self.number(digits, back - 1) }
    back = first - 1
  }

  /// `task-123`, `task  123` or `task 120/123`.
  private mutating func readTask(
    _ end: UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>
  ) -> Bool {
    var first = end
    while first > start, Scan.isDigit(first[-1]) { first -= 1 }
    guard first > start, first < end, end - first <= 10 else { return false }
    pid = Self.number(first, end)
    if first[-1] == UInt8(ascii: "/") {
      let slash = first - 1
      var process = slash
      while process > start, Scan.isDigit(process[-1]) { process -= 1 }
      if process < slash, process > start, Scan.isSpace(process[-1]) {
        tgid = Self.number(process, slash)
        first = process
      }
    }
    guard first[-1] == UInt8(ascii: "-") || Scan.isSpace(first[-1]) else { return false }
    var behind = first - 1
    Self.skipSpacesBack(&behind, start)
    var name = start
    while name < behind, Scan.isSpace(name.pointee) { name += 1 }
    task = Slice(start: name, count: behind - name)
    return behind > name
  }

  private static func number(_ first: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int32 {
    var value: UInt64 = 0
    var place = first
    while place < end {
      value = min(value * 10 + UInt64(place.pointee &- UInt8(ascii: "0")), UInt64(Int32.max))
      place += 1
    }
    return Int32(value)
  }

  /// A line that a mail broke before its time or within: it ends behind a CPU, flags, or some of the
  /// time's digits.
  private static func isCut(_ scan: Scan, _ prefix: inout LinePrefix) -> Bool {
    if isCut(scan, at: scan.end, &prefix) { return true }
    var end = scan.end
    while end > scan.start, Scan.isDigit(end[-1]) || end[-1] == UInt8(ascii: ".") { end -= 1 }
    guard end < scan.end, end > scan.start, Scan.isSpace(end[-1]), Scan.isDigit(end.pointee) else {
      return false
    }
    return isCut(scan, at: end, &prefix)
  }

  private static func isCut(
    _ scan: Scan, at behind: UnsafePointer<UInt8>, _ prefix: inout LinePrefix
  ) -> Bool {
    var end = behind
    skipSpacesBack(&end, scan.start)
    guard end - scan.start >= 8 else { return false }
    var probe = end
    if probe[-1] != UInt8(ascii: "]") {
      while probe > scan.start, isFlag(probe[-1]) { probe -= 1 }
      guard end - probe <= 8, end > probe else { return false }
      skipSpacesBack(&probe, scan.start)
    }
    guard probe > scan.start, probe[-1] == UInt8(ascii: "]") else { return false }
    return prefix.readWho(from: scan.start, to: end) && prefix.cpu >= 0
  }
}
