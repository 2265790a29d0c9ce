// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Where table words hang in the tree, for readers of reports.
public struct TablePlaces {
  private struct Place {
    var level: Int
    /// The first IOVA that its first word translates.
    var iova: UInt64
  }

  /// By the physical address of each 4 KiB of a table.
  private var places: [UInt64: Place] = [:]
  private let reader: TableReader

  /// Walks from the table at `top`.
  public init(
    top: UInt64, level: Int, reader: TableReader, in memory: borrowing some TableMemory & ~Copyable
  ) {
    self.reader = reader
    let walk = TableWalk(top: top, level: level, reader: reader, in: memory, keepsLeaves: false)
    for table in walk.tables {
      let partLog2 = UInt64(TableEntry.itemLog2(table.level) + 9)
      for part in 0..<UInt64(table.count / 512) {
        places[table.pa + part << 12] = Place(
          level: table.level, iova: table.iova &+ part << partLog2)
      }
    }
  }

  /// `level 0, iova 0x5000 to 0x6fff: leaf oa=… V R W` for a run of `count` words at `pa`, of which
  /// `word` is the first.
  public func describe(_ word: UInt64, at pa: UInt64, count: UInt64) -> String {
    guard let place = places[pa & ~0xfff] else {
      return word == 0 ? "empty" : "in a table that the top does not reach"
    }
    let itemLog2 = UInt64(TableEntry.itemLog2(place.level))
    let first = place.iova &+ ((pa & 0xfff) / 8) << itemLog2
    let last = first &+ count << itemLog2 &- 1
    let text = reader.text(word, level: place.level)
    return "level \(place.level), iova \(hex(first)) to \(hex(last)): \(text)"
  }

  private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
