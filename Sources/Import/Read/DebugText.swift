// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Lines that the IOMMU core prints with dynamic debug, behind whatever stands in front of them in
/// the kernel's log: `map: iova 0x… pa 0x… size 0x…` and its kin.
struct DebugText {
  /// `map:` and `unmap this:` tell the whole, `mapping:` and `unmapped:` the pieces that follow.
  enum Part { case map, mapping, unmapThis, unmapped }

  /// Finds the text in a line; `scan` is then behind its `iova `.
  static func find(_ scan: inout Scan) -> Part? {
    guard scan.end - scan.start > 16, let colon = scan.line.find(": iova 0x") else { return nil }
    let before = Slice(start: scan.start, count: colon - scan.start)
    let part: Part
    if ends(before, "unmap this") {
      part = .unmapThis
    } else if ends(before, "unmapped") {
      part = .unmapped
    } else if ends(before, "mapping") {
      part = .mapping
    } else if ends(before, "map") {
      part = .map
    } else {
      return nil
    }
    scan.at = colon + 7
    return part
  }

  /// The text ends in a word.
  private static func ends(_ text: Slice, _ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard text.count >= count, memcmp(text.start + (text.count - count), word.utf8Start, count) == 0
    else { return false }
    return text.count == count || Scan.isSpace(text.start[text.count - count - 1])
  }

  /// Reads the rest; `event` gets kind, address and sizes.
  static func read(_ part: Part, _ scan: inout Scan, _ event: inout TraceEvent) -> EventOutcome {
    guard let iova = hex(&scan) else { return fault(scan, "a hexadecimal address behind iova") }
    event.iova = iova
    scan.skipSpaces()
    if part == .map || part == .mapping {
      event.kind = .map
      guard scan.skip("pa ") else { return fault(scan, "pa") }
      if scan.sees("(") {
        _ = scan.word()
        event.isHashed = true
        event.hidesPhysical = true
      } else {
        guard let pa = hex(&scan) else { return fault(scan, "a hexadecimal address behind pa") }
        event.pa = pa
      }
      scan.skipSpaces()
    } else {
      event.kind = .unmap
    }
    guard scan.skip(part == .mapping ? "pgsize " : "size ") else {
      return fault(scan, part == .mapping ? "pgsize" : "size")
    }
    guard let size = hex(&scan) else { return fault(scan, "a hexadecimal size") }
    event.size = size
    if part == .mapping {
      scan.skipSpaces()
      guard scan.skip("count ") else {
        // Kernels before 5.15 printed no count: one page.
        return scan.isAtEnd ? .event : fault(scan, "count")
      }
      guard let count = scan.decimal() else { return fault(scan, "a number behind count") }
      let (all, isLost) = size.multipliedReportingOverflow(by: count)
      if isLost { return fault(scan, "a size below 2^64") }
      event.size = all
    }
    event.unmapped = event.size
    return .event
  }

  private static func hex(_ scan: inout Scan) -> UInt64? {
    guard scan.sees("0x"), let value = scan.hexadecimal(),
      scan.isAtEnd || Scan.isSpace(scan.at.pointee)
    else { return nil }
    return value
  }

  private static func fault(_ scan: Scan, _ expected: String) -> EventOutcome {
    var probe = scan
    let word = probe.word()
    let found = word.count == 0 ? "the end of the line" : word.quoted
    return .fault(column: scan.column, message: "expected \(expected), found \(found)")
  }

  /// `[ 1234.567890]` somewhere in front, in nanoseconds.
  static func time(_ scan: Scan) -> UInt64? {
    var place = scan.start
    while place < scan.end, place.pointee != UInt8(ascii: "[") { place += 1 }
    var inner = Scan(UnsafeBufferPointer(start: place, count: scan.end - place))
    guard inner.skip(UInt8(ascii: "[")) else { return nil }
    inner.skipSpaces()
    guard let seconds = inner.decimal(), inner.skip(UInt8(ascii: ".")), seconds < 1 << 32 else {
      return nil
    }
    let first = inner.at
    guard let fraction = inner.decimal(), inner.skip(UInt8(ascii: "]")),
      inner.at - first == 7
    else { return nil }
    return seconds * 1_000_000_000 + fraction * 1000
  }
}
