// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Log
import ScenarioLanguage

/// A scenario as a trace can tell it: operations that have events, and that succeed.
struct TracedScenario {
  private(set) var scenario: Scenario
  private(set) var trace = ""

  /// nil where nothing is left, or the domain does not open.
  init?(_ made: Scenario, _ form: KernelTrace.Form, process: Int = 77) {
    scenario = made
    // Maps beside the DMA API are another user's of the domain, which a trace can't say.
    scenario.operations = made.operations.compactMap(Self.plain).filter {
      made.dma == nil || $0.needsDMA
    }
    for _ in 0..<8 {
      guard let kept = succeeding() else { return nil }
      if kept == scenario.operations.count { break }
    }
    scenario.operations = normalised(scenario.operations)
    guard scenario.operations.contains(where: { $0.kind != Operation.tick(milliseconds: 1).kind }),
      let trace = printed(form, process)
    else { return nil }
    self.trace = trace
  }

  /// As a trace tells it: without what is not in the event. nil: there is no event.
  private static func plain(_ operation: Operation) -> Operation? {
    switch operation {
    case .map(let iova, let pa, let length, _):
      length == 0 ? nil : .map(iova: iova, pa: pa, length: length, prot: [.read, .write])
    case .unmap(_, let length): length == 0 ? nil : operation
    case .tick(let passed): .tick(milliseconds: passed % 1_000_000)
    case .dmaMapPhys(let handle, let pa, let length, let direction, let attributes, _, let cpu):
      .dmaMapPhys(
        handle: handle, pa: pa, length: length, direction: direction, attributes: attributes,
        limit: nil, cpu: cpu)
    case .dmaMapSGAttrs(let handle, let direction, let pieces, _, let cpu):
      pieces.contains { $0.length == 0 }
        ? nil
        : .dmaMapSGAttrs(
          handle: handle, direction: direction, pieces: pieces, limit: nil, cpu: cpu)
    case .dmaUnmapPhysOrSG: operation
    default: nil
    }
  }

  private func open() -> DirectDomain? {
    try? DirectDomain(.swift, scenario: Scenario(domain: scenario.domain, dma: scenario.dma))
  }

  /// Keeps what succeeds; returns how many operations there were.
  private mutating func succeeding() -> Int? {
    guard let domain = open() else { return nil }
    var kept: [Operation] = []
    let before = scenario.operations.count
    for operation in scenario.operations {
      let answer = domain.run(operation)
      if answer.status != .done { break }
      if Self.succeeded(operation, answer) { kept.append(operation) }
    }
    scenario.operations = kept
    return before
  }

  private static func succeeded(_ operation: Operation, _ answer: Response) -> Bool {
    if !answer.records(.skip).isEmpty || !answer.records(.warn).isEmpty { return false }
    switch operation {
    case .map: return answer.errno == nil && answer.value == 0
    case .dmaMapPhys, .dmaMapSGAttrs: return answer.value != .max
    case .dmaUnmapPhysOrSG: return answer.value != 0
    default: return true
    }
  }

  /// Handles as the importer gives them, the lowest that is free; ticks in one, none at either end.
  private func normalised(_ operations: [Operation]) -> [Operation] {
    var result: [Operation] = []
    var names: [UInt16: UInt16] = [:]
    var passed: UInt64 = 0
    for operation in operations {
      if case .tick(let more) = operation {
        passed += more
        continue
      }
      if passed > 0, !result.isEmpty { result.append(.tick(milliseconds: passed)) }
      passed = 0
      result.append(renamed(operation, &names))
    }
    return result
  }

  private func renamed(_ operation: Operation, _ names: inout [UInt16: UInt16]) -> Operation {
    func fresh(_ handle: UInt16) -> UInt16 {
      let taken = Set(names.values)
      let free = (0...UInt16.max).first { !taken.contains($0) }!
      names[handle] = free
      return free
    }
    switch operation {
    case .dmaMapPhys(let handle, let pa, let length, let direction, let attributes, _, let cpu):
      return .dmaMapPhys(
        handle: fresh(handle), pa: pa, length: length, direction: direction,
        attributes: attributes, limit: nil, cpu: cpu)
    case .dmaMapSGAttrs(let handle, let direction, let pieces, _, let cpu):
      return .dmaMapSGAttrs(
        handle: fresh(handle), direction: direction, pieces: pieces, limit: nil, cpu: cpu)
    case .dmaUnmapPhysOrSG(let handle, let cpu):
      return .dmaUnmapPhysOrSG(handle: names.removeValue(forKey: handle)!, cpu: cpu)
    default: return operation
    }
  }

  private func printed(_ form: KernelTrace.Form, _ process: Int) -> String? {
    guard let domain = open() else { return nil }
    var trace = KernelTrace(scenario, form, process: process)
    for operation in scenario.operations {
      let answer = domain.run(operation)
      guard answer.status == .done, Self.succeeded(operation, answer) else { return nil }
      trace.append(operation, answer)
    }
    return trace.text
  }
}
