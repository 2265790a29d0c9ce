// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

extension HardwareJudge {
  /// What is behind a danger that comes of `entry`. `freed`: the slot of a table that went back.
  func account(_ entry: StaleEntry, freed slot: Int?, _ promise: String) -> CacheAccount {
    CacheAccount(
      what: what(entry), cache: entry.isInIOMMU ? "the IOMMU" : "a device TLB", first: entry.first,
      last: entry.last, since: entry.since < 0 ? nil : Int(entry.since),
      removed: Int(entry.operation), remedy: remedy(entry), sent: sent(since: entry),
      dangerous: Int(state.number), promise: promise, walk: walk(to: entry, freed: slot))
  }

  /// What is behind a danger that comes of what memory itself says of an IOVA, down to a level.
  func account(ofMemory what: String, at iova: UInt64, level: Int, _ promise: String)
    -> CacheAccount
  {
    var steps: [CacheAccount.Step] = []
    var slot: Int? = cache.top < 0 ? nil : cache.top
    while let table = slot, steps.count < 8 {
      let ownLevel = Int(cache.tables[table].level)
      guard ownLevel >= level else {
        steps.append(step(table, nil))
        break
      }
      let word = word(for: iova, in: table, level: ownLevel)
      steps.append(step(table, word))
      slot = nil
      if case .table(let pa) = cache.reader.entry(cache.words[word], level: ownLevel) {
        slot = cache.table(at: pa)
      }
    }
    return CacheAccount(
      what: what, cache: "memory", first: iova, last: iova, sent: [],
      dangerous: Int(state.number), promise: promise, walk: steps)
  }

  private func what(_ entry: StaleEntry) -> String {
    switch entry.kind {
    case .leaf:
      "the translation of \(hex(entry.first)) to \(hex(entry.last)), to \(hex(entry.pa))"
    case .pointer: "the pointer to the table at \(hex(entry.pa))"
    case .dirty: "that \(hex(entry.first)) to \(hex(entry.last)) is dirty"
    case .absence: "that \(hex(entry.first)) to \(hex(entry.last)) is not mapped"
    }
  }

  /// The command that this driver has for the entry alone.
  private func remedy(_ entry: StaleEntry) -> String? {
    if entry.isUnwritten {
      let address = ArenaLayout.address(ofWord: Int(entry.firstWord))
      return "a write-back of the word at \(hex(address)), then a command"
    }
    let level: UInt8 = entry.level < 8 ? 1 << entry.level : 0
    let isPointer = entry.kind == .pointer
    let call: DriverCall =
      if entry.isOfRoot {
        .changeTop(pa: ArenaLayout.address(ofSlot: cache.top), level: Int(level))
      } else if entry.kind == .absence {
        .syncMap(first: entry.first, length: entry.last &- entry.first &+ 1)
      } else {
        .sync(
          Gathered(
            first: entry.first, last: entry.last, leafLevels: isPointer ? 0 : level,
            tableLevels: isPointer ? level : 0, freesTables: isPointer))
      }
    let own = CommandList()
    driver.send(call, to: own)
    let fitting = own.commands.filter { driver.reach(of: $0).shortfall(entry) == nil }
    return fitting.first.map(driver.text(of:))
  }

  private func sent(since entry: StaleEntry) -> [CacheAccount.Sent] {
    history.items.filter { $0.operation >= entry.operation }.suffix(8).map { item in
      CacheAccount.Sent(
        operation: Int(item.operation), command: driver.text(of: item.command),
        whyNot: whyNot(item, entry))
    }
  }

  private func whyNot(_ item: CommandHistory.Item, _ entry: StaleEntry) -> String {
    if item.operation == entry.operation, item.callsBefore < entry.callsBefore {
      return "came before the change"
    }
    if let reason = driver.reach(of: item.command).shortfall(entry) { return reason }
    if entry.isUnwritten { return "came before the change was written back" }
    return entry.isHeld
      ? "leaves a pointer by which it can be read again" : "does not remove all of it"
  }

  // MARK: The walk

  private func walk(to entry: StaleEntry, freed slot: Int?) -> [CacheAccount.Step] {
    var end: CacheAccount.Step?
    var (table, word) = (Int(entry.holder), words(of: entry).lowerBound)
    if let slot {
      // From the table that went back upwards: the pointer may be further up.
      end = step(slot, nil)
      guard let above = above(slot) else { return end.map { [$0] } ?? [] }
      (table, word) = above
    } else if entry.kind == .pointer {
      end = step(Int(entry.target), nil)
    }
    var steps = [step(table, word)]
    while steps.count < 8, table != cache.top, let above = above(table) {
      (table, word) = above
      steps.append(step(table, word))
    }
    return steps.reversed() + (end.map { [$0] } ?? [])
  }

  /// The table, and the word of it, that leads to a table: in memory, or as it is cached.
  private func above(_ slot: Int) -> (Int, Int)? {
    let table = cache.tables[slot]
    if table.parent >= 0 {
      let parent = Int(table.parent)
      return (parent, word(for: table.iova, in: parent, level: Int(cache.tables[parent].level)))
    }
    return cache.stale.elements.last { $0.kind == .pointer && $0.target == Int32(slot) }
      .map { (Int($0.holder), words(of: $0).lowerBound) }
  }

  /// The words that decode its addresses: of what is left of an entry, and whatever was written back.
  private func words(of entry: StaleEntry) -> ClosedRange<Int> {
    let (holder, level) = (Int(entry.holder), Int(entry.level))
    guard !entry.isOfRoot, cache.tables[holder].words > 0 else {
      return Int(entry.firstWord)...Int(max(entry.firstWord, entry.lastWord))
    }
    let first = word(for: entry.first, in: holder, level: level)
    return first...max(first, word(for: entry.last, in: holder, level: level))
  }

  /// The word of a table that decodes an IOVA, were the table of that level.
  private func word(for iova: UInt64, in slot: Int, level: Int) -> Int {
    let index = iova >> UInt64(TableEntry.itemLog2(level)) & UInt64(cache.tables[slot].words - 1)
    return slot * ArenaLayout.wordsPerSlot + Int(index)
  }

  private func step(_ slot: Int, _ word: Int?) -> CacheAccount.Step {
    let table = cache.tables[slot]
    let state =
      switch table.kind {
      case .freed: "freed in operation \(table.freed)"
      default: table.isLinked ? "linked" : "unlinked"
      }
    var step = CacheAccount.Step(
      level: Int(table.level), table: ArenaLayout.address(ofSlot: slot), state: state)
    guard let word else { return step }
    step.index = word - slot * ArenaLayout.wordsPerSlot
    step.address = ArenaLayout.address(ofWord: word)
    step.word = cache.words[word]
    step.meaning = cache.reader.text(cache.words[word], level: Int(table.level))
    step.cached = cache.stale.elements.last { entry in
      Int(entry.holder) == slot && words(of: entry).contains(word)
    }.map(cached)
    return step
  }

  /// What a word was, and since when it is not.
  private func cached(_ entry: StaleEntry) -> String {
    let was =
      switch entry.kind {
      case .leaf: "leaf oa=\(hex(entry.pa)) of 2^\(entry.sizeLog2) bytes"
      case .pointer: "table pa=\(hex(entry.pa))"
      case .dirty: "dirty"
      case .absence: "not present"
      }
    let since = entry.since < 0 ? "" : ", since operation \(entry.since)"
    if entry.isHeld { return "\(was)\(since), unlinked in operation \(entry.operation)" }
    let written = entry.isUnwritten ? ", not written back" : ""
    return "\(was)\(since), until operation \(entry.operation)\(written)"
  }
}
