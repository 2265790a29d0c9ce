// SPDX-License-Identifier: GPL-2.0-only

/// What a dump of one table comes to.
public struct DumpTally: Equatable, Sendable {
  /// Leaves by level, 0 the last.
  public var leaves = [0, 0, 0, 0, 0]
  /// Tables by the level of their entries; empty ones are not in a dump.
  public var tables = [0, 0, 0, 0, 0]
  public var bytes: UInt64 = 0
  /// Entries that break the format's rules, links that do, and pages that lie over others.
  public var breaches = 0
  public var operations = 0

  /// For a reader: `3 pages of 4 KiB, 2 of 2 MiB: 0x403000 bytes; 4 table pages (1 at level 3, …)`.
  public var text: String {
    let names = ["4 KiB", "2 MiB", "1 GiB", "512 GiB", "256 TiB"]
    let pages = leaves.indices.filter { leaves[$0] > 0 }.map { "\(leaves[$0]) of \(names[$0])" }
    let levels = tables.indices.reversed().filter { tables[$0] > 0 }
      .map { "\(tables[$0]) of \(DumpRow.names[$0])s" }
    return "pages: \(pages.joined(separator: ", ")); 0x\(String(bytes, radix: 16)) bytes; "
      + "\(tables.reduce(0, +)) table pages with something in them (\(levels.joined(separator: ", ")))"
  }
}
