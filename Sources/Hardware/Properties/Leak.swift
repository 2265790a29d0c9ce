// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareProperty {
  /// The oracle `leak` says it first, where it is asked: it takes the domain down, and so sees more.
  public static let leak = HardwareProperty(
    "leak", "What is not linked is in a gather's or a queue's hands, or goes back.")
}

extension HardwareJudge {
  /// The scenario is over: is there a table that nobody can give back?
  func checkLost() {
    if state.keepsTables { return }
    for slot in 0..<cache.used
    where cache.tables[slot].kind == .table && !cache.tables[slot].isLinked
      && !cache.tables[slot].isListed
    {
      let pa = ArenaLayout.address(ofSlot: slot)
      return found(.leak, "a table", "nothing leads to the table at \(hex(pa)) any more")
    }
  }

  /// A gather or a queue has these tables; who has it gives them back, or forgets them for good.
  func noteListed(_ pages: Slice<UnsafeBufferPointer<UInt64>>) {
    for pa in pages {
      if let slot = cache.table(at: pa) { cache.tables[slot].isListed = true }
    }
  }
}
