// SPDX-License-Identifier: GPL-2.0-only
import Import
import Lockstep
import ScenarioLanguage

/// Builds a dumped table with our own code, and holds it against the dump word by word. Where tables
/// lie is each machine's own affair, and accessed and dirty are the hardware's.
final class DumpComparison {
  /// What is to be said, a sentence each.
  private(set) var lines: [String] = []
  /// Words that are not as in the dump.
  private(set) var different = 0
  private var equal = 0
  private var domain: DirectDomain?
  private var table = 0
  private var reader: TableReader?
  private var first: String?

  /// Takes the next operation, with the rows of the dump that it is to make.
  func take(_ table: DumpImport.Table, _ operation: Operation, _ rows: [DumpRow]) {
    if table.line != self.table {
      finish()
      self.table = table.line
      reader = TableReader(table.domain)
      domain = try? DirectDomain(.swift, table.domain)
      if domain == nil { lines.append("table from line \(table.line): its domain does not open") }
    }
    guard let domain else { return }
    let answer = domain.run(operation)
    guard answer.status == .done, answer.errno == nil, answer.value == 0 else {
      lines.append("table from line \(table.line) cannot be built further than `\(operation.text)`")
      different += 1
      self.domain = nil
      return
    }
    for row in rows { compare(row, domain) }
  }

  private func compare(_ row: DumpRow, _ domain: DirectDomain) {
    var pa = domain.top
    for level in (row.leafLevel...domain.level).reversed() {
      let index = Int(row.iova >> UInt64(TableEntry.itemLog2(level)) & 511)
      let word = domain.word(index, ofTable: pa) ?? 0
      if plain(word, level) == plain(row.entries[level], level) {
        equal += 1
      } else {
        different += 1
        if first == nil {
          first =
            "\(DumpRow.names[level])[\(index)] at line \(row.line):"
            + " 0x\(String(row.entries[level], radix: 16)) in the dump, 0x\(String(word, radix: 16)) here"
        }
      }
      guard case .table(let next)? = reader?.entry(word, level: level) else { return }
      pa = next
    }
  }

  /// The word without what may differ: accessed and dirty, and where a table lies.
  private func plain(_ word: UInt64, _ level: Int) -> UInt64 {
    let isFirstStage = domain?.configuration.format == .x8664
    let hardware: UInt64 = isFirstStage ? 0x60 : 0x300
    var result = word & ~hardware
    if case .table? = reader?.entry(word, level: level) { result &= ~0x000f_ffff_ffff_f000 }
    return result
  }

  /// Says what was seen of the table at hand.
  func finish() {
    if let first {
      lines.append(
        "table from line \(table), built again: \(different) words differ, \(equal) are equal;"
          + " the first: \(first)")
    } else if equal > 0 {
      lines.append(
        "table from line \(table), built again: all \(equal) words on the way to pages are equal")
    }
    domain = nil
    equal = 0
    first = nil
  }
}
