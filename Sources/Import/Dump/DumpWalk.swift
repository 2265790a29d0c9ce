// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Goes through the pages of one dumped table in order.
struct DumpWalk {
  /// What a row brought.
  struct Said {
    /// Entries that were not seen before, taken apart.
    var decoded: [String] = []
    var breaches: [String] = []
    /// Maps that are complete.
    var finished: DumpRun?
  }

  private(set) var tally = DumpTally()
  private let reader: TableReader
  private let rules: EntryRules
  private let isFirstStage: Bool
  private let top: UInt64?
  private var last: DumpRow?
  private var run: DumpRun?
  /// Where each table was linked: its level, and the first address that it translates.
  private var links: [UInt64: Link] = [:]

  private struct Link: Equatable { var level: Int, iova: UInt64 }

  init(_ domain: DomainConfiguration, top: UInt64?) {
    reader = TableReader(domain)
    rules = EntryRules(domain)
    isFirstStage = domain.format == .x8664
    self.top = top
  }

  mutating func take(_ row: DumpRow) -> Said {
    var said = Said()
    for level in (row.leafLevel...row.topLevel).reversed() where isNew(row, level) {
      look(at: row, level, &said)
    }
    checkPlace(row, &said)
    last = row
    tally.leaves[row.leafLevel] += 1
    tally.bytes &+= 1 << UInt64(row.sizeLog2)
    collect(row, &said)
    return said
  }

  mutating func finish() -> DumpRun? {
    defer { run = nil }
    return run
  }

  /// The entry is not the one that the row before had at the same place.
  private func isNew(_ row: DumpRow, _ level: Int) -> Bool {
    guard let last, level > row.leafLevel, level > last.leafLevel else { return true }
    let shift = UInt64(TableEntry.itemLog2(level))
    return last.iova >> shift != row.iova >> shift || last.entries[level] != row.entries[level]
  }

  private mutating func look(at row: DumpRow, _ level: Int, _ said: inout Said) {
    let word = row.entries[level]
    let index = row.iova >> UInt64(TableEntry.itemLog2(level)) & 511
    let name = "\(DumpRow.names[level])[\(index)]"
    said.decoded.append("\(name) 0x\(String(word, radix: 16)) \(reader.text(word, level: level))")
    let isLeaf = level == row.leafLevel
    for breach in rules.breaches(word, level: level, isLeaf: isLeaf) {
      said.breaches.append("\(name) 0x\(String(word, radix: 16)) \(breach)")
    }
    if !isLeaf { link(row, level, name, &said) }
    if level == row.topLevel, last == nil { tally.tables[level] += 1 }
  }

  /// Notes the table that an entry points at.
  private mutating func link(_ row: DumpRow, _ level: Int, _ name: String, _ said: inout Said) {
    guard case .table(let pa) = reader.entry(row.entries[level], level: level) else {
      said.breaches.append("\(name) maps a page, and yet the walk goes on below it")
      return
    }
    let shift = UInt64(TableEntry.itemLog2(level))
    let here = Link(level: level - 1, iova: (row.iova >> shift) << shift)
    if pa == top { said.breaches.append("\(name) points at the top table again") }
    guard let before = links[pa] else {
      links[pa] = here
      tally.tables[level - 1] += 1
      return
    }
    if before == here { return }
    said.breaches.append(
      "\(name) points at the table 0x\(String(pa, radix: 16)), which 0x"
        + "\(String(before.iova, radix: 16)) uses too: two IOVAs to one table")
  }

  private func checkPlace(_ row: DumpRow, _ said: inout Said) {
    let size = UInt64(1) << UInt64(row.sizeLog2)
    let iova = String(row.iova, radix: 16)
    if row.iova & (size - 1) != 0 {
      said.breaches.append(
        "the page at 0x\(iova) is not aligned to its size 0x\(String(size, radix: 16))")
    }
    guard let last else { return }
    if row.iova < last.iova &+ (1 << UInt64(last.sizeLog2)) {
      said.breaches.append("the page at 0x\(iova) lies over the one before, or before it")
    }
    // The highest that differs says it: what lies below hangs on it.
    for level in (max(row.leafLevel, last.leafLevel)...4).reversed() {
      let shift = UInt64(TableEntry.itemLog2(level))
      guard last.iova >> shift == row.iova >> shift, last.entries[level] != row.entries[level]
      else { continue }
      said.breaches.append(
        "\(DumpRow.names[level])[\(row.iova >> shift & 511)] differs between lines \(last.line) and"
          + " \(row.line): the table changed meanwhile")
      return
    }
  }

  private mutating func collect(_ row: DumpRow, _ said: inout Said) {
    guard case .leaf(let pa, let sizeLog2) = reader.entry(row.leaf, level: row.leafLevel) else {
      return
    }
    // What is not aligned can't be mapped: it was said, and is left out.
    let below = (UInt64(1) << UInt64(sizeLog2)) - 1
    guard (row.iova | pa) & below == 0 else { return }
    let protection = protection(row.leaf)
    if run?.take(row, pa, protection) == true { return }
    said.finished = run
    run = DumpRun(row, pa, protection)
  }

  private func protection(_ leaf: UInt64) -> Protection {
    if isFirstStage { return leaf & 2 != 0 ? [.read, .write] : .read }
    var result: Protection = []
    if leaf & 1 != 0 { result.insert(.read) }
    if leaf & 2 != 0 { result.insert(.write) }
    return result
  }
}
