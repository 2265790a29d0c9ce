// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

extension KUnitCase {
  /// A case of what was observed: `isWhole` has all of it asserted, else only that it is run.
  init(_ observed: ObservedScenario, name: String, place: String) {
    self.init(name: name, place: place, domain: observed.domain)
    body.append(contentsOf: Self.needs(observed))
    appendOpening(observed)
    for step in observed.steps { append(step) }
    body.append(.call(CCall("check_quiet")))
  }

  /// What the kernel's configuration must have.
  static func needs(_ observed: ObservedScenario) -> [Line] {
    guard observed.domain.format.tracksDirt else { return [] }
    var lines: [Line] = []
    if observed.steps.contains(where: { $0.operation.isReadDirty }) {
      lines.append(
        .skipIf("!IS_ENABLED(CONFIG_IOMMUFD_DRIVER)", "needs CONFIG_IOMMUFD_DRIVER"))
    }
    if observed.steps.contains(where: { if case .setDirty = $0.operation { true } else { false } })
    {
      lines.append(.skipIf("!IS_ENABLED(CONFIG_IOMMUFD_TEST)", "needs CONFIG_IOMMUFD_TEST"))
    }
    return lines
  }

  private mutating func appendOpening(_ observed: ObservedScenario) {
    var info: DomainInfo?
    var errno: Int32?
    observed.opening.forEachRecord { record in
      leaveOut(record)
      if let found = InfoRecord(record) { info = DomainInfo(found) }
      if let found = ResultRecord(record)?.errno { errno = found }
    }
    guard let info else {
      body.append(.call(CCall("open_domain", "CFG", "-\(Errno.text(errno ?? 0))")))
      return
    }
    body.append(.call(CCall("open_domain", "CFG", "0")))
    if let sizes = observed.domain.pageSizes {
      body.append(.call(CCall("narrow_pages", hex(sizes))))
    }
    for feature in info.features.kernelNames {
      body.append(.call(CCall("expect_feature", feature)))
    }
    body.append(
      .call(
        CCall(
          "check_domain", hex(info.pageSizes), hex(info.first), hex(info.last), "\(info.level)",
          "\(info.va)", "\(info.oa)")))
  }

  private mutating func append(_ step: ObservedScenario.Step) {
    var dirty = DirtyWindow(step.operation)
    step.words.forEachRecord { if let range = DirtyRecord($0) { dirty.add(range) } }
    guard let call = step.operation.kernelCall(dirty) else { return }
    body.append(.begin(step.operation.text))
    body.append(.call(call))
    appendChecks(step)
    if step.operation.isReadDirty { body.append(contentsOf: dirty.checks) }
    appendGather(step)
  }

  private mutating func appendChecks(_ step: ObservedScenario.Step) {
    var levels: LevelsRecord?
    var count = 0
    step.words.forEachRecord { record in
      leaveOut(record)
      if let found = LevelsRecord(record) { levels = found }
      if let sync = SyncRecord(record) {
        count += 1
        let call = CCall(
          "check_sync", hex(sync.start), hex(sync.last), "\(record.pages.count)")
        body.append(.call(call))
        if let levels {
          body.append(
            .call(CCall("check_sync_levels", hex(levels.leaves), hex(levels.tables))))
        }
        levels = nil
      }
      if record.has(.syncMap) {
        body.append(
          .call(CCall("check_sync_map", hex(record.argument(0)), hex(record.argument(1)))))
      }
      if let result = ResultRecord(record) { appendResult(result, step.operation) }
      if record.kind == .gather { levels = nil }
    }
    syncs = max(syncs, count)
  }

  private mutating func appendResult(_ result: ResultRecord, _ operation: Operation) {
    let isErrno = operation.resultForm == .errno || operation.resultForm == .errnoAndMapped
    let value =
      isErrno && result.errno != nil ? "-\(Errno.text(result.errno!))" : hex(result.value)
    body.append(.call(CCall("check_result", value == "0x0" ? "0" : value)))
    if case .mapRange = operation {
      body.append(.call(CCall("check_mapped", hex(result.mapped))))
    }
  }

  /// Only where the operation collects: `gather`, `iotlb_sync` and `flush` begin it anew.
  private mutating func appendGather(_ step: ObservedScenario.Step) {
    guard step.operation.isReadDirty || step.operation.isUnmapFast else { return }
    var levels: LevelsRecord?
    step.words.forEachRecord { record in
      if let found = LevelsRecord(record) { levels = found }
      guard let gather = GatherRecord(record) else {
        if record.kind != .levels { levels = nil }
        return
      }
      body.append(
        .call(
          CCall(
            "check_gather", "\(gather.gather)", hex(gather.start), hex(gather.last),
            gather.isQueued ? "true" : "false", "\(record.pages.count)")))
      guard let levels else { return }
      body.append(
        .call(
          CCall(
            "check_gather_levels", "\(gather.gather)", hex(levels.leaves), hex(levels.tables))))
    }
  }

  /// Notes what a record tells that the case has nothing of.
  mutating func leaveOut(_ record: Record) {
    switch record.kind {
    case .pte, .store: leftOut.insert(.stores)
    case .alloc, .free: leftOut.insert(.tables)
    case .clean, .incoherent: leftOut.insert(.cleaning)
    case .top: leftOut.insert(.top)
    case .sync, .flushAll, .syncMap: leftOut.insert(.commands)
    default: break
    }
  }
}

extension Operation {
  var isReadDirty: Bool { if case .readAndClearDirty = self { true } else { false } }
  var isUnmapFast: Bool { if case .unmapFast = self { true } else { false } }

  /// The helper that has the kernel do it; nil for what is nothing there.
  func kernelCall(_ dirty: DirtyWindow) -> CCall? {
    switch self {
    case .map(let iova, let pa, let length, let prot):
      CCall("do_map", hex(iova), hex(pa), hex(length), prot.kernelExpression)
    case .mapRange(let iova, let pa, let length, let prot):
      CCall("do_map_range", hex(iova), hex(pa), hex(length), prot.kernelExpression)
    case .unmap(let iova, let length): CCall("do_unmap", hex(iova), hex(length))
    case .gather(let gather, let queued):
      CCall("do_gather", "\(gather)", queued ? "true" : "false")
    case .unmapFast(let gather, let iova, let length):
      CCall("do_unmap_fast", "\(gather)", hex(iova), hex(length))
    case .iotlbSync(let gather): CCall("do_iotlb_sync", "\(gather)")
    case .flush(let gather): CCall("do_flush", "\(gather)")
    case .iovaToPhys(let iova): CCall("do_iova_to_phys", hex(iova))
    case .setDirty(let iova): CCall("do_set_dirty", hex(iova))
    case .readAndClearDirty(let gather, let iova, let length, let keep):
      CCall(
        "do_read_dirty", "\(gather)", hex(iova), hex(length), keep ? "IOMMU_DIRTY_NO_CLEAR" : "0",
        hex(dirty.first), hex(dirty.length))
    default: nil
    }
  }
}
