// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A walk at work: table by table, depth first.
struct TableWalker {
  var found = TableWalk()
  private var met: Set<UInt64> = []
  private let reader: TableReader
  private let signBit: UInt64?
  private let keepsLeaves: Bool

  init(_ reader: TableReader, signExtending width: Int?, keepsLeaves: Bool) {
    self.reader = reader
    self.keepsLeaves = keepsLeaves
    signBit = width.map { 1 << UInt64($0 - 1) }
  }

  mutating func start(
    _ top: UInt64, _ level: Int, _ memory: borrowing some TableMemory & ~Copyable
  ) {
    guard let words = memory.table(at: top), (0...7).contains(level) else {
      return fault("the top", top, "is no table")
    }
    met.insert(top)
    visit(TableWalk.Table(pa: top, level: level, iova: 0, link: 0, count: words.count), memory)
  }

  private mutating func visit(
    _ table: TableWalk.Table, _ memory: borrowing some TableMemory & ~Copyable
  ) {
    found.tables.append(table)
    guard let words = memory.table(at: table.pa) else { return }
    // Words whose addresses lie beyond 64 bits decode nothing.
    let itemLog2 = TableEntry.itemLog2(table.level)
    let count = 64 - itemLog2 < 62 ? min(words.count, 1 << (64 - itemLog2)) : words.count
    var index = 0
    while index < count {
      if words[index] == 0 {
        index += 1
        continue
      }
      switch reader.entry(words[index], level: table.level) {
      case .empty: index += 1
      case .table(let pa):
        descend(to: pa, from: table, index, words[index], memory)
        index += 1
      case .leaf(let pa, let sizeLog2):
        let entry = UnsafeBufferPointer(rebasing: words[index..<count])
        index += take(entry, of: table, at: index, pa: pa, sizeLog2: sizeLog2, memory)
      }
    }
  }

  private mutating func descend(
    to pa: UInt64, from table: TableWalk.Table, _ index: Int, _ word: UInt64,
    _ memory: borrowing some TableMemory & ~Copyable
  ) {
    guard let words = memory.table(at: pa) else {
      return fault("a link to", pa, "which is no live table")
    }
    guard met.insert(pa).inserted else { return fault("two links to", pa, "") }
    guard table.level > 0 else { return fault("a link below level 0 to", pa, "") }
    let below = TableWalk.Table(
      pa: pa, level: table.level - 1, iova: iova(table, index), link: word, count: words.count)
    visit(below, memory)
  }

  /// Takes a leaf with all of its items, which start `words`; returns how many there are.
  private mutating func take(
    _ words: UnsafeBufferPointer<UInt64>, of table: TableWalk.Table, at index: Int, pa: UInt64,
    sizeLog2: Int, _ memory: borrowing some TableMemory & ~Copyable
  ) -> Int {
    if keepsLeaves {
      found.leaves.append(
        TableWalk.Leaf(
          iova: iova(table, index), pa: pa, sizeLog2: sizeLog2, level: table.level,
          word: words[0]))
    }
    let entry = reader.entry(words[0], level: table.level)
    let items = max(1, 1 << (sizeLog2 - TableEntry.itemLog2(table.level)))
    let count = min(items, words.count)
    for item in 1..<max(count, 1) where words[item] != words[0] {
      let other = reader.entry(words[item], level: table.level)
      if other == entry { continue }
      fault("item \(index + item) of table", table.pa, "disagrees with its entry at \(index)")
      if case .table(let pa) = other {
        descend(to: pa, from: table, index + item, words[item], memory)
      }
    }
    if count < items || index % items != 0 {
      fault("an entry of table", table.pa, "does not fit")
    }
    return count
  }

  /// The first IOVA that word `index` of a table translates.
  private func iova(_ table: TableWalk.Table, _ index: Int) -> UInt64 {
    let iova = table.iova &+ UInt64(index) << UInt64(TableEntry.itemLog2(table.level))
    guard let signBit, iova & signBit != 0 else { return iova }
    return iova | ~(signBit &* 2 &- 1)
  }

  private mutating func fault(_ what: String, _ pa: UInt64, _ rest: String) {
    found.faults.append("\(what) 0x\(String(pa, radix: 16)) \(rest)")
  }
}
