// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Log
import ScenarioLanguage
import SubjectABI

/// Makes a case that asserts no more than the documented contract promises: results that it leaves no
/// choice in, that an unmap's gather reaches what was unmapped, that what hardware marked dirty is
/// reported, and leaks.
struct ContractCase {
  private var table: PageTableContract
  /// What `set_dirty` marked and no reading has cleared, by the keys of the contract's space.
  private var marks: [UInt64] = []
  /// Which gathers a flush queue takes: they collect no range.
  private var isQueued = [false, false, false, false]
  private(set) var made: KUnitCase

  /// nil when the domain does not open: the contract says nothing of that.
  init?(_ observed: ObservedScenario, name: String, place: String) {
    var info: DomainInfo?
    observed.opening.forEachRecord { if let found = InfoRecord($0) { info = DomainInfo(found) } }
    guard let info else { return nil }
    table = PageTableContract(observed.domain, info)
    made = KUnitCase(name: name, place: place, domain: observed.domain)
    made.syncs = 16
    made.leftOut = [.stores, .tables, .cleaning, .top, .commands]
    made.body = KUnitCase.needs(observed) + [.call(CCall("open_domain", "CFG", "0"))]
    if let sizes = observed.domain.pageSizes {
      made.body.append(.call(CCall("narrow_pages", hex(sizes))))
    }
    for step in observed.steps { append(step) }
  }

  private mutating func append(_ step: ObservedScenario.Step) {
    let operation = step.operation
    var result: ResultRecord?
    var dirty = DirtyWindow(operation)
    step.words.forEachRecord { record in
      if let found = ResultRecord(record) { result = found }
      if let range = DirtyRecord(record) { dirty.add(range) }
    }
    let lowered = operation.lowered(pieces: nil)
    let verdict = step.words.withUnsafeBufferPointer {
      table.judge(lowered, .done, RecordView($0))
    }
    guard let call = operation.kernelCall(dirty) else { return }
    made.body.append(.begin(operation.text))
    made.body.append(.call(call))
    if verdict == .kept {
      appendResult(result, operation)
    } else if operation.resultForm != .absent {
      made.body.append(.comment("The contract does not say what this returns"))
    }
    if case .gather(let gather, let queued) = operation { isQueued[Int(gather & 3)] = queued }
    if case .iotlbSync(let gather) = operation { isQueued[Int(gather & 3)] = false }
    if result?.value == 0 { track(operation, dirty) }
    marks.removeAll { table.mapped.mapping(at: $0) == nil }
  }

  private mutating func appendResult(_ result: ResultRecord?, _ operation: Operation) {
    guard let result else { return }
    let isErrno = operation.resultForm == .errno || operation.resultForm == .errnoAndMapped
    let value =
      isErrno && result.errno != nil ? "-\(Errno.text(result.errno!))" : hex(result.value)
    made.body.append(.call(CCall("check_result", value == "0x0" ? "0" : value)))
    guard result.value > 0 else { return }
    switch operation {
    case .unmap(let iova, _):
      made.body.append(.call(CCall("check_covered", "-1", hex(iova), hex(result.value))))
    case .unmapFast(let gather, let iova, _) where !isQueued[Int(gather & 3)]:
      made.body.append(.call(CCall("check_covered", "\(gather)", hex(iova), hex(result.value))))
    default: break
    }
  }

  private mutating func track(_ operation: Operation, _ dirty: DirtyWindow) {
    switch operation {
    case .setDirty(let iova): marks.append(table.space.key(iova))
    case .readAndClearDirty(_, let iova, let length, let keep):
      let first = table.space.key(iova)
      let last = first &+ (length &- 1)
      for mark in Set(marks).sorted() {
        guard let mapping = table.mapped.mapping(at: mark), mapping.first >= first,
          mapping.last <= last, dirty.length > 0
        else { continue }
        let page = table.space.iova(mark) & ~0xfff
        made.body.append(.call(CCall("check_dirty", hex(page), "0x1000")))
      }
      if !keep { clear(first, last) }
    default: break
    }
  }

  /// Marks in mappings that a reading with clear touched may be gone.
  private mutating func clear(_ first: UInt64, _ last: UInt64) {
    marks.removeAll { mark in
      guard let mapping = table.mapped.mapping(at: mark) else { return true }
      return mapping.first <= last && mapping.last >= first
    }
  }
}

extension SourceScenario {
  /// The same with lookups of the first and last byte of what was mapped or unmapped: what a case of
  /// the contract asks besides. They stand at their operation's line.
  public var withLookups: SourceScenario {
    var operations: [Operation] = []
    var lines: [Int] = []
    for (operation, line) in zip(scenario.operations, self.lines) {
      let all = [operation] + operation.edges.map { .iovaToPhys(iova: $0) }
      operations += all
      lines += all.map { _ in line }
    }
    var source = self
    source.scenario.operations = operations
    source.lines = lines
    return source
  }
}

extension Operation {
  /// The first and the last byte of a range that is mapped or unmapped; empty for anything else.
  fileprivate var edges: [UInt64] {
    switch self {
    case .map(let iova, _, let length, _), .mapRange(let iova, _, let length, _),
      .unmap(let iova, let length), .unmapFast(_, let iova, let length):
      length > 0 && iova <= UInt64.max - (length - 1) ? [iova, iova + (length - 1)] : []
    default: []
    }
  }
}
