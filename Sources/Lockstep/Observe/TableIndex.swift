// SPDX-License-Identifier: GPL-2.0-only
import Log
import Scenario
import SubjectABI

/// Where each table of a lane hangs in the tree, found by walking from the top.
struct TableIndex {
  /// A table's level, and the first IOVA that its first word translates.
  struct Position {
    var level: Int
    var iova: UInt64
  }

  /// By the physical address of each 4 KiB of a table.
  private(set) var positions: [UInt64: Position] = [:]
  private let decoder: PTEDecoder

  /// Walks the tables of `lane` from `top`.
  init(lane: Lane, top: UInt64, level: Int, decoder: PTEDecoder) {
    self.decoder = decoder
    visit(lane, pa: top, Position(level: level, iova: 0))
  }

  private mutating func visit(_ lane: Lane, pa: UInt64, _ position: Position) {
    let arena = lane.host.state
    guard positions[pa] == nil, let slot = arena.pointee.arena.slot(of: pa),
      arena.pointee.arena.isLive(slot)
    else { return }
    let itemLog2 = UInt64(12 + 9 * position.level)
    let slots = arena.pointee.arena.slotsOfTable(at: slot)
    for part in 0..<UInt64(slots) {
      positions[pa + (part << 12)] = Position(
        level: position.level, iova: position.iova &+ (part << (9 + itemLog2)))
    }
    guard position.level > 0 else { return }
    let count = slots * 512
    let words = arena.pointee.arena.words(slot)
    for index in 0..<count {
      guard case .table(let child) = decoder.describe(words[index], level: position.level).kind
      else { continue }
      let below = Position(
        level: position.level - 1, iova: position.iova &+ (UInt64(index) << itemLog2))
      visit(lane, pa: child, below)
    }
  }

  /// `level 0, iova 0x5000 to 0x6fff: leaf oa=… V R W` for a run of `count` words at `pa`, of which
  /// `word` is the first.
  func describe(_ word: UInt64, at pa: UInt64, count: UInt64) -> String {
    let table = pa & ~0xfff
    guard let position = positions[table] else {
      return word == 0 ? "empty" : "in a table that the top does not reach"
    }
    let itemLog2 = UInt64(12 + 9 * position.level)
    let first = position.iova &+ ((pa & 0xfff) / 8) << itemLog2
    let last = first &+ count << itemLog2 &- 1
    let text = decoder.describe(word, level: position.level).text
    return "level \(position.level), iova \(hex(first)) to \(hex(last)): \(text)"
  }
}
