// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// One line of a dump: a page, and the entries on the way to it.
public struct DumpRow: Equatable, Sendable {
  /// From 1.
  public var line: Int
  public var iova: UInt64
  /// By level, 0 the last (PTE) to 4 (PML5E); 0 where the dump has none.
  public var entries: [UInt64]

  /// The level of the entry that maps the page: the lowest that is there.
  public var leafLevel: Int { entries.firstIndex { $0 != 0 } ?? 0 }

  /// The level of the first table's entries.
  public var topLevel: Int { entries.lastIndex { $0 != 0 } ?? 0 }

  /// The entry that maps the page.
  public var leaf: UInt64 { entries[leafLevel] }

  /// The page's bytes, as a power of two.
  public var sizeLog2: Int { TableEntry.itemLog2(leafLevel) }

  /// The debugfs file's name for a level's entries.
  public static let names = ["PTE", "PDE", "PDPE", "PML4E", "PML5E"]
}

/// What a line of a dump is.
enum DumpLine {
  /// `Device 0000:00:02.0 with pasid 0 @0x10a4ec000`
  case device(name: String, top: UInt64?)
  case row(DumpRow)
  case heading
  case other

  /// Reads one line.
  static func read(_ scan: inout Scan, line: Int) -> Result<DumpLine, DumpFault> {
    scan.skipSpaces()
    if scan.skip("Device ") { return .success(device(&scan)) }
    if scan.sees("IOVA_PFN") { return .success(.heading) }
    guard scan.sees("0x") else { return .success(.other) }
    return row(&scan, line: line)
  }

  private static func device(_ scan: inout Scan) -> DumpLine {
    let name = scan.word().string
    while !scan.isAtEnd, !scan.skip(UInt8(ascii: "@")) { scan.at += 1 }
    return .device(name: name, top: scan.hexadecimal())
  }

  private static func row(_ scan: inout Scan, line: Int) -> Result<DumpLine, DumpFault> {
    guard let pfn = scan.hexadecimal(), pfn < 1 << 52 else {
      return .failure(fault(scan, "a page number of at most 52 bits"))
    }
    scan.skipSpaces()
    guard scan.skip(UInt8(ascii: "|")) else { return .failure(fault(scan, "|")) }
    var entries: [UInt64] = []
    while true {
      scan.skipSpaces()
      if scan.isAtEnd { break }
      guard entries.count < 5 else { return .failure(fault(scan, "the line's end")) }
      let start = scan
      guard scan.sees("0x"), let entry = scan.hexadecimal(),
        scan.isAtEnd || Scan.isSpace(scan.at.pointee)
      else { return .failure(fault(start, "an entry, a hexadecimal number")) }
      entries.append(entry)
    }
    guard entries.count >= 3 else {
      return .failure(fault(scan, "at least three entries: PML5E, PML4E and PDPE"))
    }
    guard entries.contains(where: { $0 != 0 }) else {
      return .failure(fault(scan, "an entry that is not 0"))
    }
    entries += Array(repeating: 0, count: 5 - entries.count)
    return .success(.row(DumpRow(line: line, iova: pfn << 12, entries: entries.reversed())))
  }

  private static func fault(_ scan: Scan, _ expected: String) -> DumpFault {
    var probe = scan
    let word = probe.word()
    let found = word.count == 0 ? "the end of the line" : word.quoted
    return DumpFault(column: scan.column, message: "expected \(expected), found \(found)")
  }
}

/// What is wrong with a line; the column counts from 1.
struct DumpFault: Error {
  var column: Int
  var message: String
}
