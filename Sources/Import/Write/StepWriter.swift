// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Prints the steps of one address space as operations.
struct StepWriter {
  private let space: ImportedSpace
  private let options: ImportOptions
  private let physical: PhysicalNames
  /// Nanoseconds at the scenario's time 0.
  private let start: UInt64?
  /// Milliseconds that ticks have let pass.
  private var now: UInt64 = 0

  init(
    _ space: ImportedSpace, _ options: ImportOptions, _ physical: PhysicalNames, start: UInt64?
  ) {
    self.space = space
    self.options = options
    self.physical = physical
    self.start = start
  }

  /// Appends one step; `observe` is told of its operation and of the DMA address that the trace has.
  mutating func append(
    _ record: StepRecord, _ pieces: [ScatterPiece], _ text: inout TextBuffer,
    _ observe: (Operation, UInt64?) -> Void
  ) {
    appendTick(record, &text, observe)
    let operation = operation(record, pieces)
    text.append(operation)
    let isMapping =
      record.kind == Step.Kind.dmaMap.rawValue
      || record.kind == Step.Kind.dmaList.rawValue
    observe(operation, isMapping ? record.iova : nil)
  }

  private mutating func appendTick(
    _ record: StepRecord, _ text: inout TextBuffer, _ observe: (Operation, UInt64?) -> Void
  ) {
    guard space.dma != nil, let start, record.time != .max, record.time > start else { return }
    let due = (record.time - start) / 1_000_000
    guard due > now else { return }
    let tick = Operation.tick(milliseconds: due - now)
    text.append(tick)
    observe(tick, nil)
    now = due
  }

  private func name(_ pa: UInt64) -> UInt64 {
    options.keepsAddresses ? pa : physical.name(of: pa)
  }

  private func operation(_ record: StepRecord, _ pieces: [ScatterPiece]) -> Operation {
    let cpus = Int32(space.dma?.cpus ?? 1)
    let cpu = UInt8(truncatingIfNeeded: max(record.cpu, 0) % max(cpus, 1))
    let direction = DMADirection(rawValue: UInt32(record.direction)) ?? .bidirectional
    switch Step.Kind(rawValue: record.kind)! {
    case .map:
      return .map(
        iova: record.iova, pa: name(record.pa), length: record.size, prot: options.protection)
    case .unmap: return .unmap(iova: record.iova, length: record.size)
    case .dmaMap:
      return .dmaMapPhys(
        handle: record.handle, pa: name(record.pa), length: record.size, direction: direction,
        attributes: DMAAttributes(rawValue: record.attributes), limit: nil, cpu: cpu)
    case .dmaList:
      let named = pieces.map { ScatterPiece(pa: name($0.pa), length: $0.length) }
      return .dmaMapSGAttrs(
        handle: record.handle, direction: direction, pieces: named, limit: nil, cpu: cpu)
    case .dmaUnmap: return .dmaUnmapPhysOrSG(handle: record.handle, cpu: cpu)
    case .fault, .lost: preconditionFailure("is not kept")
    }
  }
}
