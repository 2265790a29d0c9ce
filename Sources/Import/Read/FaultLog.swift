// SPDX-License-Identifier: GPL-2.0-only

/// Faults as drivers print them in the kernel's log: AMD's `[IO_PAGE_FAULT … address=0x…
/// flags=0x…]`, Intel's `[DMA Write …] Request device [03:00.0] fault addr 0x…`.
enum FaultLog {
  /// Reads a line; false for any other. `event` gets address, device and whether it was a write.
  static func read(
    _ scan: Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> Bool {
    if let place = scan.line.find("[IO_PAGE_FAULT ") { return readAMD(scan, place, &event, &names) }
    if let place = scan.line.find("fault addr ") { return readIntel(scan, place, &event, &names) }
    return false
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
    _ scan: Scan, _ place: UnsafePointer<UInt8>, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> Bool {
    guard var address = behind(" address=", scan) ?? behind("[IO_PAGE_FAULT address=", scan),
      var flags = behind(" flags=", scan), let iova = address.hexadecimal(),
      let bits = flags.hexadecimal()
    else { return false }
    event.iova = iova
    event.flags = bits >> 5 & 1
    if var device = behind("device=", scan) {
      event.device = names.number(of: device.word())
    } else if let prefix = scan.line.find(": AMD-Vi:") {
      // The driver and the device stand in front: `nvme 0000:01:00.0: AMD-Vi: …`.
      var first = prefix
      while first > scan.start, !Scan.isSpace(first[-1]) { first -= 1 }
      event.device = names.number(of: Slice(start: first, count: prefix - first))
    }
    return true
  }

  private static func readIntel(
    _ scan: Scan, _ place: UnsafePointer<UInt8>, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> Bool {
    var address = scan
    address.at = place + 11
    guard scan.line.contains("DMAR:"), let iova = address.hexadecimal() else { return false }
    event.iova = iova
    event.flags = scan.line.contains("[DMA Write") ? 1 : 0
    if var device = behind("Request device [", scan) {
      let name = device.word(until: UInt8(ascii: "]"))
      // The segment is not printed: the event's devices have it.
      event.device = names.number(of: name, prefix: "0000:")
    }
    return true
  }
}
