// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

// The DMA API.
extension Resolver {
  private static let granule = ListPieces.granule

  private static func roundedUp(_ size: UInt64) -> UInt64 {
    let (sum, isLost) = size.addingReportingOverflow(granule - 1)
    return (isLost ? .max : sum) & ~(granule - 1)
  }

  func mapBuffer(_ event: TraceEvent) {
    var event = event
    if let list = event.list, event.kind == .dmaMapList {
      guard let address = list.addresses.first else {
        tally.failedMaps += 1
        return
      }
      event.iova = address
      event.size = list.sizes.reduce(0) { $0 &+ Self.roundedUp($1) }
    }
    let isAlloc = event.kind == .dmaAlloc || event.kind == .dmaAllocList
    guard event.iova != .max, event.size > 0, event.size <= 1 << 48, !(isAlloc && event.iova == 0)
    else {
      tally.failedMaps += 1
      return
    }
    let space = dmaSpace(event.device)
    let first = event.iova & ~(Self.granule - 1)
    let length = Self.roundedUp(event.iova - first + event.size)
    let to = first.addingReportingOverflow(length - 1)
    let last = to.overflow ? UInt64.max : to.partialValue
    let runs = window.claimMaps(event.pid, first, last, space, event)
    forgetStale(event, space)
    guard let handle = dma[space]!.handles.take() else {
      tally.withoutHandle += 1
      return
    }
    var step = Step(.dmaMap, event)
    step.space = space
    step.handle = handle
    step.hasPages = !runs.isEmpty
    describe(&step, event, runs)
    if let pieces = step.pieces, pieces.isEmpty {
      tally.failedMaps += 1
      return dma[space]!.handles.giveBack(handle)
    }
    note(step, event, first, length)
    push(step)
  }

  /// Sets what memory is mapped.
  private func describe(_ step: inout Step, _ event: TraceEvent, _ runs: [PageRun]) {
    if let list = event.list {
      let told = ListPieces(list, runs)
      step.kind = .dmaList
      step.pieces = told.pieces
      if told.isGuess { tally.guessedLists += 1 }
      if list.isTruncated, runs.isEmpty { tally.shortenedLists += 1 }
      if event.kind == .dmaAllocList {
        // Its lengths are those of the pages: the first tells where they are.
        list.sizes = [event.size]
        let again = ListPieces(list, runs)
        step.pieces = again.pieces
        if again.isGuess, !told.isGuess { tally.guessedLists += 1 }
      }
    } else if event.kind == .dmaAlloc {
      step.size = Self.roundedUp(event.size)
      if runs.count == 1 {
        step.pa = runs[0].pa
      } else if runs.isEmpty {
        step.pa = invent(step.size)
      } else {
        step.kind = .dmaList
        step.pieces = ListPieces.whole(runs)
      }
    }
  }

  func invent(_ size: UInt64) -> UInt64 {
    tally.inventedPhysical += 1
    let bound = max(1, min(size, 1 << 21))
    let alignment = max(Self.granule, 1 << UInt64(63 - bound.leadingZeroBitCount))
    invented = (invented + alignment - 1) & ~(alignment - 1)
    defer { invented += min(size, 1 << 40) & ~(Self.granule - 1) + 2 * Self.granule }
    return invented
  }

  private func note(_ step: Step, _ event: TraceEvent, _ first: UInt64, _ length: UInt64) {
    let physical = event.list?.physical.first ?? event.pa
    if step.hasPages { dma[step.space]!.hasPages = true }
    if event.kind != .dmaAlloc {
      if physical == event.iova {
        dma[step.space]!.sawIdentity = true
      } else {
        dma[step.space]!.isTranslated = true
      }
    }
    let mark = event.kind == .dmaMapList ? DMASpace.mark(event.list!.physical) : 0
    dma[step.space]!.add(
      DMASpace.Buffer(
        handle: step.handle, first: first, length: length, size: event.size, mark: mark,
        direction: event.direction),
      at: event.iova)
  }

  /// A buffer that is mapped at the address already must have been unmapped.
  private func forgetStale(_ event: TraceEvent, _ space: Int32) {
    guard let stale = dma[space]!.remove(event.iova) else { return }
    var step = Step(.dmaUnmap, event)
    let last = stale.first &+ stale.length &- 1
    if let pages = window.claimUnmapOfAny(stale.first, last, space, event) {
      // Its event was overtaken: the IOVA was free, and taken again, before it was printed.
      step.cpu = pages.cpu
      step.pid = pages.pid
      step.tgid = pages.tgid
      step.task = pages.task
      step.time = pages.time
      step.line = pages.line
      step.hasPages = true
      dma[space]!.expectLate(event.iova, by: pages.pid)
    } else {
      tally.assumedUnmaps += 1
      step.isAssumed = true
    }
    step.space = space
    step.handle = stale.handle
    step.iova = stale.first
    step.size = stale.length
    push(step)
  }

  func unmapList(_ event: TraceEvent) {
    let mark = DMASpace.mark(event.list?.physical ?? [])
    guard let space = spaceOfDevice[event.device] else { return unseen(event) }
    var hits = dma[space]!.lists(marked: mark)
    let same = hits.filter { dma[space]!.buffers[$0]?.direction == event.direction }
    if !same.isEmpty { hits = same }
    guard let address = hits.first else { return unseen(event) }
    if hits.count == 1 { return unmapBuffer(event, at: address) }
    // The page-level unmap that follows says which.
    undecided[event.pid] = Undecided(event: event, space: space, addresses: hits)
  }

  /// Decides which of several lists with the same memory an event unmapped, by the event after it.
  func decide(_ next: TraceEvent) {
    guard let open = undecided.removeValue(forKey: next.pid) else { return }
    let told = open.addresses.first {
      guard next.kind == .unmap, let buffer = dma[open.space]!.buffers[$0] else { return false }
      return buffer.first == next.iova && buffer.length == next.size
    }
    settle(open, told)
  }

  func settle(_ open: Undecided, _ told: UInt64?) {
    if told == nil {
      tally.ambiguousUnmaps += 1
      if tally.firstAmbiguous == 0 { tally.firstAmbiguous = open.event.line }
    }
    unmapBuffer(open.event, at: told ?? open.addresses[0])
  }

  private func unseen(_ event: TraceEvent) {
    tally.unseenUnmaps += 1
    if tally.firstUnseen == 0 { tally.firstUnseen = event.line }
  }

  /// Of an unmap whose map was not seen no operation comes, but what explains faults is told.
  private func tell(_ event: TraceEvent, _ first: UInt64, _ last: UInt64) {
    guard last >= first else { return }
    var step = Step(.dmaUnmap, event)
    step.iova = first
    step.size = last - first + 1
    push(step)
  }

  func unmapBuffer(_ event: TraceEvent, at address: UInt64) {
    if event.kind == .dmaUnmap, let space = spaceOfDevice[event.device],
      dma[space]!.takeLate(address, by: event.pid)
    {
      return
    }
    guard let space = spaceOfDevice[event.device], let buffer = dma[space]!.remove(address) else {
      if event.kind == .dmaUnmap {
        // Its page-level event is this one's, and nobody else's.
        let first = event.iova & ~(Self.granule - 1)
        let last = first &+ Self.roundedUp(event.iova - first &+ event.size) &- 1
        let space = spaceOfDevice[event.device] ?? -1
        let hasPages = window.claimUnmap(
          event.pid, first, last, space, event, comesLater: false)
        if !hasPages { tell(event, first, last) }
      }
      return unseen(event)
    }
    let isList = event.kind == .dmaUnmapList
    if !isList, event.size != buffer.size { tally.resizedUnmaps += 1 }
    var step = Step(.dmaUnmap, event)
    step.space = space
    step.handle = buffer.handle
    step.iova = buffer.first
    step.size = buffer.length
    step.hasPages = window.claimUnmap(
      event.pid, buffer.first, buffer.first &+ buffer.length &- 1, space, event,
      comesLater: event.kind != .dmaUnmap)
    push(step)
  }
}
