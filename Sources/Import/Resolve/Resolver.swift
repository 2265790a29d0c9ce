// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Which events are taken, and what names mean.
public struct ImportFilter: Sendable {
  /// Names; nil takes all.
  public var comm: String?
  public var device: String?
  public var cpu: Int32?

  public init(comm: String? = nil, device: String? = nil, cpu: Int32? = nil) {
    self.comm = comm
    self.device = device
    self.cpu = cpu
  }
}

/// Makes steps of events, each in the address space that it belongs to, in the trace's order.
final class Resolver {
  private(set) var tally = ImportTally()
  private var window = StepWindow()
  private var pages = PageSpaces()
  private var dma: [Int32: DMASpace] = [:]
  /// The space of each device, which all devices of a group share.
  private var spaceOfDevice: [UInt32: Int32] = [:]
  private var groupOfDevice: [UInt32: UInt64] = [:]
  private var spaceOfGroup: [UInt64: Int32] = [:]
  /// A device of each space of the DMA API.
  private(set) var deviceOfSpace: [Int32: UInt32] = [:]
  /// Tasks that attached the device that the filter names.
  private var attachers: Set<Int64> = []
  private var nextSpace: Int32 = 0
  /// Where physical addresses that the trace does not tell begin.
  private var invented: UInt64 = 1 << 45
  private let filter: ImportFilter
  /// Numbers of the names that the filter has; nil while they were not met.
  var wanted: (comm: UInt32?, device: UInt32?) = (nil, nil)
  /// Numbers of the names of the kernel's own threads.
  var kernelTasks: Set<UInt32> = []
  /// Takes each step when its space is known.
  private let sink: (Step) -> Void

  init(_ filter: ImportFilter, _ sink: @escaping (Step) -> Void) {
    self.filter = filter
    self.sink = sink
  }

  /// The space that a device's DMA API calls are in, if it made any.
  func space(ofDevice device: UInt32) -> Int32? { spaceOfDevice[device] }

  /// The number that the steps of each page-level space are to be written under.
  var roots: [Int32: Int32] {
    var roots: [Int32: Int32] = [:]
    pages.merged(into: &roots)
    return roots
  }

  /// Devices whose DMA addresses are physical ones.
  var untranslated: Set<Int32> {
    Set(dma.filter { $0.value.sawIdentity && !$0.value.isTranslated && !$0.value.hasPages }.keys)
  }

  /// A list's unmapping that several lists could be meant by.
  private struct Undecided {
    var event: TraceEvent
    var space: Int32
    var addresses: [UInt64]
  }

  private var undecided: [Int32: Undecided] = [:]

  func take(_ event: TraceEvent) {
    if !undecided.isEmpty { decide(event) }
    if event.kind == .lost { return push(Step(.lost, event)) }
    guard passes(event) else {
      tally.filtered += 1
      return
    }
    switch event.kind {
    case .map: push(Step(.map, event))
    case .unmap:
      var step = Step(.unmap, event)
      step.extra = event.unmapped
      push(step)
    case .fault:
      tally.faults += 1
      var step = Step(.fault, event)
      step.extra = event.flags
      push(step)
    case .attach: if filter.device != nil { attachers.insert(owner(Step(.map, event))) }
    case .detach: break
    case .joinGroup: join(event)
    case .leaveGroup: groupOfDevice[event.device] = nil
    case .dmaMap, .dmaMapList, .dmaAlloc, .dmaAllocList: mapBuffer(event)
    case .dmaUnmap, .dmaFree, .dmaFreeList: unmapBuffer(event, at: event.iova)
    case .dmaUnmapList: unmapList(event)
    case .dmaError: tally.failedMaps += 1
    case .lost: break
    }
  }

  /// No more events come.
  func finish() {
    for (_, open) in undecided.sorted(by: { $0.key < $1.key }) { settle(open, nil) }
    undecided.removeAll()
    while let step = window.pop() { settle(step) }
  }

  private func passes(_ event: TraceEvent) -> Bool {
    if let cpu = filter.cpu, event.cpu != cpu { return false }
    if filter.comm != nil, event.task != wanted.comm { return false }
    guard filter.device != nil else { return true }
    switch event.kind {
    case .map, .unmap, .joinGroup, .leaveGroup: return true
    default: return event.device == wanted.device
    }
  }

  private func push(_ step: Step) {
    window.append(step)
    if window.isFull, let oldest = window.pop() { settle(oldest) }
  }

  private func join(_ event: TraceEvent) {
    groupOfDevice[event.device] = event.flags
    guard let space = spaceOfDevice[event.device] else { return }
    if spaceOfGroup[event.flags] == nil { spaceOfGroup[event.flags] = space }
  }

  private func newSpace() -> Int32 {
    defer { nextSpace += 1 }
    return nextSpace
  }

  /// The address space of a device's DMA API calls.
  private func dmaSpace(_ device: UInt32) -> Int32 {
    if let space = spaceOfDevice[device] { return space }
    let group = groupOfDevice[device]
    if let group, let space = spaceOfGroup[group] {
      spaceOfDevice[device] = space
      return space
    }
    let space = newSpace()
    spaceOfDevice[device] = space
    if let group { spaceOfGroup[group] = space }
    deviceOfSpace[space] = device
    dma[space] = DMASpace()
    return space
  }

  /// Who maps: a process by its number, or the kernel for itself.
  private func owner(_ step: Step) -> Int64 {
    if step.isInterrupt || step.pid <= 0 || kernelTasks.contains(step.task) {
      return PageSpaces.kernel
    }
    return Int64(step.tgid > 0 ? step.tgid : step.pid)
  }

  /// Whether a task of that name is a thread of the kernel.
  static func isKernelThread(_ name: String) -> Bool {
    ["kworker", "ksoftirqd", "irq/", "swapper", "<idle>", "rcu", "migration/", "kthread"].contains {
      name.hasPrefix($0)
    }
  }
}

// The DMA API.
extension Resolver {
  private static let granule = ListPieces.granule

  private static func roundedUp(_ size: UInt64) -> UInt64 {
    let (sum, isLost) = size.addingReportingOverflow(granule - 1)
    return (isLost ? .max : sum) & ~(granule - 1)
  }

  private func mapBuffer(_ event: TraceEvent) {
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
        step.pieces = runs.map { ScatterPiece(pa: $0.pa, length: min($0.size, 0xffff_f000)) }
      }
    }
  }

  private func invent(_ size: UInt64) -> UInt64 {
    tally.inventedPhysical += 1
    let bound = min(size, 1 << 21)
    let alignment = max(Self.granule, 1 << UInt64(63 - bound.leadingZeroBitCount))
    invented = (invented + alignment - 1) & ~(alignment - 1)
    defer { invented += size + Self.granule }
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
        handle: step.handle, first: first, length: length, size: event.size, mark: mark),
      at: event.iova)
  }

  /// A buffer that is mapped at the address already must have been unmapped.
  private func forgetStale(_ event: TraceEvent, _ space: Int32) {
    guard let stale = dma[space]!.remove(event.iova) else { return }
    tally.assumedUnmaps += 1
    var step = Step(.dmaUnmap, event)
    step.space = space
    step.handle = stale.handle
    step.isAssumed = true
    step.iova = stale.first
    step.size = stale.length
    push(step)
  }

  private func unmapList(_ event: TraceEvent) {
    let mark = DMASpace.mark(event.list?.physical ?? [])
    guard let space = spaceOfDevice[event.device] else { return unseen(event) }
    let hits = dma[space]!.lists(marked: mark)
    guard let address = hits.first else { return unseen(event) }
    if hits.count == 1 { return unmapBuffer(event, at: address) }
    // The page-level unmap that follows says which.
    undecided[event.pid] = Undecided(event: event, space: space, addresses: hits)
  }

  /// Decides which of several lists with the same memory an event unmapped, by the event after it.
  private func decide(_ next: TraceEvent) {
    guard let open = undecided.removeValue(forKey: next.pid) else { return }
    let told = open.addresses.first {
      guard next.kind == .unmap, let buffer = dma[open.space]!.buffers[$0] else { return false }
      return buffer.first == next.iova && buffer.length == next.size
    }
    settle(open, told)
  }

  private func settle(_ open: Undecided, _ told: UInt64?) {
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

  private func unmapBuffer(_ event: TraceEvent, at address: UInt64) {
    guard let space = spaceOfDevice[event.device], let buffer = dma[space]!.remove(address) else {
      if event.kind == .dmaUnmap {
        // Its page-level event is this one's, and nobody else's.
        let first = event.iova & ~(Self.granule - 1)
        let last = first &+ Self.roundedUp(event.iova - first &+ event.size) &- 1
        _ = window.claimUnmap(
          event.pid, first, last, spaceOfDevice[event.device] ?? -1, event, comesLater: false)
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

// Page-level events, when it is sure that no event of the DMA API told them.
extension Resolver {
  private func settle(_ step: Step) {
    switch step.kind {
    case .map where !step.isClaimed: settleMap(step)
    case .unmap where !step.isClaimed: settleUnmap(step)
    case .lost:
      pages.age += 1
      sink(step)
    default: sink(step)
    }
  }

  private func isForeign(_ owner: Int64) -> Bool {
    filter.device != nil && !attachers.contains(owner)
  }

  private func settleMap(_ step: Step) {
    guard step.size > 0 else {
      tally.failedMaps += 1
      return
    }
    let owner = owner(step)
    guard !isForeign(owner) else {
      tally.filtered += 1
      return
    }
    var step = step
    step.space = pages.map(
      step, by: owner, &tally,
      newNumber: { newSpace() },
      assume: { space, first, last in
        var unmap = step
        unmap.kind = .unmap
        unmap.isAssumed = true
        unmap.space = space
        unmap.iova = first
        unmap.size = last - first + 1
        unmap.extra = unmap.size
        sink(unmap)
      })
    sink(step)
  }

  private func settleUnmap(_ step: Step) {
    let owner = owner(step)
    guard !isForeign(owner) else {
      tally.filtered += 1
      return
    }
    // A map that failed is undone with what it had mapped, which may be nothing.
    guard step.size > 0 else { return }
    switch pages.unmap(step, by: owner, &tally, newNumber: { newSpace() }) {
    case .unseen:
      tally.unseenUnmaps += 1
      if tally.firstUnseen == 0 { tally.firstUnseen = step.line }
      var told = step
      told.space = -1
      sink(told)
    case .space(let space):
      if step.extra != step.size { tally.partialUnmaps += 1 }
      var step = step
      step.space = space
      sink(step)
    }
  }
}
