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
  var tally = ImportTally()
  var window = StepWindow()
  private var pages = PageSpaces()
  var dma: [Int32: DMASpace] = [:]
  /// The space of each device, which all devices of a group share.
  var spaceOfDevice: [UInt32: Int32] = [:]
  private var groupOfDevice: [UInt32: UInt64] = [:]
  private var spaceOfGroup: [UInt64: Int32] = [:]
  /// A device of each space of the DMA API.
  private(set) var deviceOfSpace: [Int32: UInt32] = [:]
  /// Who attached each device last.
  private var attachedBy: [UInt32: Int64] = [:]
  /// Tasks that attached the device that the filter names.
  private var attachers: Set<Int64> = []
  private var nextSpace: Int32 = 0
  /// Where physical addresses that the trace does not tell begin.
  var invented: UInt64 = 1 << 45
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

  /// The page-level spaces of the task that attached a device last, if the DMA API was not used for
  /// the device since.
  func spaces(ofAttacherOf device: UInt32) -> [Int32] {
    guard let owner = attachedBy[device], owner != PageSpaces.kernel else { return [] }
    return pages.spaces(of: owner)
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
  struct Undecided {
    var event: TraceEvent
    var space: Int32
    var addresses: [UInt64]
  }

  var undecided: [Int32: Undecided] = [:]

  func take(_ event: TraceEvent) {
    if !undecided.isEmpty { decide(event) }
    if event.kind == .lost { return push(Step(.lost, event)) }
    guard passes(event) else {
      tally.filtered += 1
      return
    }
    var event = event
    if event.hidesPhysical { event.pa = invent(event.size) }
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
    case .attach:
      let owner = owner(Step(.map, event))
      if filter.device != nil { attachers.insert(owner) }
      attachedBy[event.device] = owner
    case .detach: attachedBy[event.device] = nil
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

  func push(_ step: Step) {
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
  func dmaSpace(_ device: UInt32) -> Int32 {
    if !attachedBy.isEmpty { attachedBy[device] = nil }
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
        unmap.size = last &- first &+ 1
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
