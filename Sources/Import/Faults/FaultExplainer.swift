// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Explains the faults of traces by the mappings in them.
public final class FaultExplainer {
  /// What was explained so far, in the trace's order.
  public private(set) var faults: [ExplainedFault] = []
  /// Faults past those that are explained.
  public private(set) var further = 0
  private let options: ImportOptions
  /// How long a flush queue may hold an entry, in milliseconds; nil: there is no queue.
  private let window: UInt64?
  private let address: UInt64?
  private let limit: Int
  private var trace: TraceImport!
  private var histories: [Int32: FaultHistory] = [:]
  /// What was unmapped in address spaces that are not known, by device; 0: by page-level events.
  private var unseen: [UInt32: FaultHistory] = [:]
  /// The last moment of the trace.
  private var now: UInt64?
  private var lostBefore = false
  /// An address this far behind a mapping may be an overrun.
  private static let overrun: UInt64 = 1 << 16

  /// `address`: that address, as it is at the end, in place of the trace's faults. `limit`: explain
  /// so many faults at most.
  public init(
    _ options: ImportOptions, address: UInt64? = nil, limit: Int = 1000,
    complain: @escaping (ScenarioError) -> Void = { _ in }
  ) {
    self.options = options
    self.address = address
    self.limit = limit
    let dma = options.dma ?? options.like.dma(cpus: 1, highest: 0)
    window = dma.mode == .flushQueue ? dma.timeout : nil
    trace = TraceImport(options, observer: { [unowned self] in take($0) }, complain: complain)
  }

  /// The import underneath, with what was read and could not be told.
  public var source: TraceImport { trace }

  /// Reads a trace.
  public func read(_ input: consuming ByteInput) throws(ScenarioError) { try trace.read(input) }

  /// No more files come.
  public func finish() throws(ScenarioError) {
    try trace.finish()
    guard let address else { return }
    for (_, history) in histories.sorted(by: { $0.key < $1.key }) {
      let isKnown =
        history.tenant(at: address) != nil || history.former(at: address) != nil
        || nearestBelow(history, address) != nil
      if isKnown { faults.append(explain(address, nil, history)) }
    }
    if faults.isEmpty { faults.append(explain(address, nil, unseen(at: address, 0))) }
  }

  private func take(_ step: Step) {
    if let time = step.time { now = max(now ?? 0, time) }
    switch step.kind {
    case .map: histories[step.space, default: FaultHistory()].map(step)
    case .unmap:
      guard step.extra > 0 else { return }
      let (end, isLost) = step.iova.addingReportingOverflow(step.extra - 1)
      unmap(step, isLost ? .max : end)
    case .dmaMap where !step.hasPages, .dmaList where !step.hasPages: mapBuffer(step)
    case .dmaUnmap where !step.hasPages: unmap(step, step.last)
    case .dmaMap, .dmaList, .dmaUnmap: break
    case .lost: lostBefore = true
    case .fault:
      guard address == nil else { return }
      if faults.count >= limit { further += 1 } else { explain(step) }
    }
  }

  private func unmap(_ step: Step, _ last: UInt64) {
    if step.space >= 0 {
      histories[step.space, default: FaultHistory()].unmap(step, last)
    } else {
      unseen[step.device, default: FaultHistory()].unmap(step, last)
    }
  }

  /// What unmaps say that no address space is known of; a device of 0 is any.
  private func unseen(at address: UInt64, _ device: UInt32) -> FaultHistory {
    let devices = device == 0 ? unseen.keys.sorted() : [device, 0]
    for device in devices {
      if let history = unseen[device], history.former(at: address) != nil { return history }
    }
    return FaultHistory()
  }

  /// A buffer without page-level events is mapped in whole granules.
  private func mapBuffer(_ step: Step) {
    var step = step
    if let pieces = step.pieces { step.size = pieces.reduce(0) { $0 &+ $1.length } }
    let first = step.iova & ~(ListPieces.granule - 1)
    let (end, isLost) = step.iova.addingReportingOverflow(step.size)
    let last = isLost ? UInt64.max : (end &- 1) | (ListPieces.granule - 1)
    step.iova = first
    step.size = last &- first &+ 1
    histories[step.space, default: FaultHistory()].map(step)
  }

  // MARK: Explaining

  /// The space of the fault's device; else the one that knows most of the address.
  private func explain(_ step: Step) {
    let attached = trace.spaces(ofAttacherOf: step.device).filter { histories[$0] != nil }
    if let space = attached.min(by: {
      rank(histories[$0]!, step.iova) < rank(histories[$1]!, step.iova)
    }) {
      return faults.append(explain(step.iova, step, histories[space]!))
    }
    if let space = trace.space(ofDevice: step.device), let history = histories[space] {
      var fault = explain(step.iova, step, history)
      if let other = histories.filter({ $0.key != space })
        .compactMap({ $0.value.tenant(at: step.iova) }).compactMap({ $0.mapped?.line }).min(),
        fault.mapping == nil
      {
        fault.doubts.append(
          "another address space has it mapped since line \(other): was it this device's?")
      }
      faults.append(fault)
      return
    }
    let best = histories.min {
      rank($0.value, step.iova) < rank($1.value, step.iova)
        || rank($0.value, step.iova) == rank($1.value, step.iova) && $0.key < $1.key
    }
    var fault = explain(step.iova, step, best?.value ?? FaultHistory())
    if histories.count > 1 {
      fault.doubts.append(
        "no dma:* event tells the device's domain: of \(histories.count) address spaces, the one"
          + " that knows most of the address was taken")
    }
    faults.append(fault)
  }

  private func rank(_ history: FaultHistory, _ address: UInt64) -> Int {
    if history.tenant(at: address) != nil { return 0 }
    if history.former(at: address) != nil { return 1 }
    return nearestBelow(history, address) != nil ? 2 : 3
  }

  private func nearestBelow(_ history: FaultHistory, _ address: UInt64) -> Tenant? {
    guard let below = history.live.neighbours(of: address).below,
      address - below.last <= Self.overrun
    else { return nil }
    return below.value
  }

  private func explain(
    _ address: UInt64, _ step: Step?, _ history: FaultHistory
  ) -> ExplainedFault {
    let tenant = history.tenant(at: address)
    let former =
      tenant == nil
      ? history.former(at: address)
        ?? unseen(at: address, step?.device ?? 0).former(at: address) : nil
    let neighbours = history.live.neighbours(of: address)
    let time = step == nil ? now : step?.time
    var fault = ExplainedFault(
      address: address, line: step?.line, time: step?.time.map(Self.seconds),
      device: step.flatMap { name($0.device) }, flags: step?.extra,
      isWrite: step.map { $0.extra & 1 != 0 }, mapping: tenant.map(describe),
      former: former.map(describe), below: neighbours.below.map { describe($0.value) },
      above: neighbours.above.map { describe($0.value) }, causes: [], doubts: [])
    if let unmapped = former?.unmapped?.time, let time, time >= unmapped {
      fault.sinceUnmap = Double(time - unmapped) / 1_000_000
    }
    fault.causes = causes(fault, tenant, former, history)
    fault.doubts = doubts(fault, history) + (step.map(FaultRemark.of) ?? [])
    return fault
  }

  private func causes(
    _ fault: ExplainedFault, _ tenant: Tenant?, _ former: Tenant?, _ history: FaultHistory
  ) -> [FaultCause] {
    if let tenant {
      if let isWrite = fault.isWrite, let direction = tenant.direction,
        direction == (isWrite ? .toDevice : .fromDevice)
      {
        return [.wrongPermission]
      }
      return [.mappedAtFault]
    }
    var causes: [FaultCause] = []
    if former != nil {
      // That an unmap went through a queue is only sure with an event of the DMA API beside it.
      let isQueued = fault.former?.device != nil
      if isInWindow(fault), isQueued { causes.append(.flushQueueWindow) }
      causes.append(.alreadyUnmapped)
      if isInWindow(fault), !isQueued { causes.append(.flushQueueWindow) }
    }
    if nearestBelow(history, fault.address) != nil { causes.append(.pastTheEnd) }
    if causes.isEmpty { causes.append(.neverMapped) }
    return causes
  }

  /// A queue may hold an entry until its timer fires: armed when the first entry came, so at most one
  /// timeout and a jiffy.
  private func isInWindow(_ fault: ExplainedFault) -> Bool {
    guard let window, let since = fault.sinceUnmap else { return false }
    return since <= Double(window + 1)
  }

  private func doubts(_ fault: ExplainedFault, _ history: FaultHistory) -> [String] {
    var said: [String] = []
    if lostBefore { said.append("events were lost before it: a map or an unmap may be missing") }
    if history.dropped > 0 {
      said.append("former mappings were too many to keep: the oldest are gone")
    }
    if fault.former != nil, fault.former?.device != nil, fault.sinceUnmap == nil {
      let isBackward = fault.time != nil && fault.former?.unmappedAt != nil
      said.append(
        (isBackward
          ? "the fault's time lies before the unmap's, though its line stands behind"
          : "the unmap's or the fault's line tells no time in seconds")
          + ": whether a flush queue still held it can't be said")
    }
    if fault.former != nil, fault.former?.device == nil {
      said.append("page-level unmaps do not tell whether they were queued")
    }
    return said
  }

  private func name(_ number: UInt32) -> String? { number == 0 ? nil : trace.name(number) }

  private static func seconds(_ time: UInt64) -> Double { Double(time) / 1_000_000_000 }

  private func describe(_ tenant: Tenant) -> ExplainedFault.Mapping {
    ExplainedFault.Mapping(
      first: tenant.first, last: tenant.last, mappedAtLine: tenant.mapped?.line,
      mappedAt: tenant.mapped?.time.map(Self.seconds), mappedBy: tenant.mapped.map(who),
      unmappedAtLine: tenant.unmapped?.line,
      unmappedAt: tenant.unmapped?.time.map(Self.seconds),
      unmappedBy: tenant.unmapped.map(who), device: name(tenant.device),
      direction: tenant.direction.map { "\($0.name)" })
  }

  private func who(_ moment: Tenant.Moment) -> String {
    let task = name(moment.task) ?? "an unknown task"
    let pid = moment.pid >= 0 ? "-\(moment.pid)" : ""
    return task + pid + (moment.cpu >= 0 ? " on CPU \(moment.cpu)" : "")
  }
}
