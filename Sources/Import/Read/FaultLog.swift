// SPDX-License-Identifier: GPL-2.0-only

/// Faults as drivers print them in the kernel's log: AMD's `[IO_PAGE_FAULT … address=0x…
/// flags=0x…]`, Intel's `[DMA Write …] Request device [0000:03:00.0] fault addr 0x… [fault reason
/// 0x05]`. A line that a mail broke is no fault yet: nothing may stand between fields.
enum FaultLog {
  /// Reads a line; nil for any other. `event` gets address, device and whether it was a write.
  static func read(
    _ scan: Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> EventOutcome? {
    if let text = behind("[IO_PAGE_FAULT", scan) ?? behind("AMD-Vi: Event logged", scan) {
      return readAMD(text, &event, &names)
    }
    guard let log = behind("DMAR:", scan) else { return nil }
    return readIntel(log, &event, &names)
  }

  /// The text behind a word of the line, or nil.
  private static func behind(_ word: StaticString, _ scan: Scan) -> Scan? {
    guard let found = scan.line.find(word) else { return nil }
    var result = scan
    result.at = found + word.utf8CodeUnitCount
    return result
  }

  /// Flags as the event log entry has them (48882, 2.5.3 "IO_PAGE_FAULT Event"): RW is bit 5.
  private static func readAMD(
    _ start: Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> EventOutcome? {
    var scan = start
    if !scan.line.contains("[IO_PAGE_FAULT") {
      // Another entry of the log, unless the line ends before the entry's name does.
      scan.skipSpaces()
      return isBegun(scan, "[IO_PAGE_FAULT") ? missing(scan, "[IO_PAGE_FAULT") : nil
    }
    var flags: UInt64?
    var hasAddress = false
    while !scan.skip(UInt8(ascii: "]")) {
      scan.skipSpaces()
      if scan.sees("]") { continue }
      let place = scan
      let key = scan.word(until: UInt8(ascii: "="))
      guard scan.skip(UInt8(ascii: "=")) else { return missing(place, "a field and ]") }
      if key == "device" {
        let word = scan.word(until: UInt8(ascii: "]"))
        guard let name = requester(word) else { return missing(place, "a device's number") }
        event.device = names.number(of: name)
        continue
      }
      guard let value = scan.hexadecimal(),
        scan.isAtEnd || Scan.isSpace(scan.at.pointee) || scan.sees("]")
      else { return missing(place, "a field with a hexadecimal number") }
      switch key {
      case "address":
        event.iova = value
        hasAddress = true
      case "flags": flags = value
      case "pasid" where value != 0: event.hasPASID = true
      default: break
      }
    }
    guard hasAddress else { return missing(scan, "address=") }
    guard let flags else { return missing(scan, "flags=") }
    event.flags = flags >> 5 & 1
    if event.device == 0, let prefix = scan.line.find(": AMD-Vi:") {
      // The driver and the device stand in front: `nvme 0000:01:00.0: AMD-Vi: …`.
      var first = prefix
      while first > scan.start, !Scan.isSpace(first[-1]) { first -= 1 }
      event.device = names.number(of: Slice(start: first, count: prefix - first))
    }
    return .event
  }

  private static func readIntel(
    _ start: Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> EventOutcome? {
    var scan = start
    scan.skipSpaces()
    if scan.skip("[DMA Write") {
      event.flags = 1
    } else if !scan.skip("[DMA Read") {
      // Another of the driver's lines, unless this one ends too early to say so.
      let isCut = isBegun(scan, "[DMA Write") || isBegun(scan, "[DMA Read")
      return isCut && !scan.isAtEnd ? missing(scan, "[DMA Read or [DMA Write") : nil
    }
    if scan.skip(" PASID 0x") {
      guard scan.hexadecimal() != nil else { return missing(scan, "a PASID") }
      event.hasPASID = true
    } else {
      _ = scan.skip(" NO_PASID")
    }
    guard scan.skip("] Request device [") else { return missing(scan, "] Request device [") }
    let place = scan
    guard let name = requester(scan.word(until: UInt8(ascii: "]"))) else {
      return missing(place, "a device's number")
    }
    event.device = names.number(of: name)
    guard scan.skip("] ") else { return missing(scan, "] fault addr") }
    // Kernels before 5.13 printed a PASID always: all ones is none.
    if scan.skip("PASID ") {
      guard let pasid = scan.hexadecimal(), scan.skip(" ") else { return missing(scan, "a PASID") }
      event.hasPASID = pasid != 0xffff_ffff
    }
    guard scan.skip("fault addr ") else { return missing(scan, "fault addr") }
    guard let iova = scan.hexadecimal() else { return missing(scan, "a hexadecimal address") }
    event.iova = iova
    scan.skipSpaces()
    guard scan.skip("[fault reason ") else { return missing(scan, "[fault reason") }
    guard let reason = scan.number(), reason < 256, scan.skip("]") else {
      return missing(scan, "a reason and ]")
    }
    event.reason = UInt8(reason)
    return .event
  }

  /// The rest of the line is the start of the word.
  private static func isBegun(_ scan: Scan, _ word: StaticString) -> Bool {
    let count = scan.end - scan.at
    guard count < word.utf8CodeUnitCount else { return false }
    return (0..<count).allSatisfy { scan.at[$0] == word.utf8Start[$0] }
  }

  /// `0000:02:00.0` of that, or of `02:00.0` and `0x02:0x00.0`, which older kernels printed without
  /// the segment; nil when it is none.
  static func requester(_ word: Slice) -> String? {
    let halves = word.string.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count == 2, let function = number(halves[1]), function < 8 else { return nil }
    var fields: [UInt32] = []
    for text in halves[0].split(separator: ":", omittingEmptySubsequences: false) {
      guard let value = number(text) else { return nil }
      fields.append(value)
    }
    if fields.count == 2 { fields.insert(0, at: 0) }
    guard fields.count == 3, fields[1] < 256, fields[2] < 32 else { return nil }
    return "\(hex(fields[0], 4)):\(hex(fields[1], 2)):\(hex(fields[2], 2)).\(function)"
  }

  private static func number(_ text: Substring) -> UInt32? {
    UInt32(text.hasPrefix("0x") ? text.dropFirst(2) : text, radix: 16)
  }

  private static func hex(_ value: UInt32, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func missing(_ scan: Scan, _ what: String) -> EventOutcome {
    var probe = scan
    let word = probe.word()
    let found = word.count == 0 ? "the end of the line" : word.quoted
    return .fault(column: scan.column, message: "expected \(what), found \(found)")
  }
}
