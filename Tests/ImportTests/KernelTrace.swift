// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Log
import ScenarioLanguage

/// Prints what the kernel's tracepoints would have printed while a scenario ran.
struct KernelTrace {
  enum Form: Int, CaseIterable { case tracefs, traceCmd, perf }

  private(set) var text = ""
  private let form: Form
  private let process: Int
  private var milliseconds: UInt64 = 1_000_000
  /// Buffers by handle: what the events of their unmapping say.
  private var buffers: [UInt16: (operation: Operation, address: UInt64, runs: [Run])] = [:]
  private struct Run { var pa: UInt64, length: UInt64 }

  init(_ scenario: Scenario, _ form: Form, process: Int) {
    self.form = form
    self.process = process
    if let cpus = scenario.dma?.cpus, form != .perf {
      text =
        form == .tracefs
        ? "# tracer: nop\n#\n# entries-in-buffer/entries-written: 5/5   #P:\(cpus)\n"
        : "cpus=\(cpus)\n"
    }
  }

  /// What one operation with its answer printed.
  mutating func append(_ operation: Operation, _ answer: Response) {
    switch operation {
    case .map(let iova, let pa, let length, _): map(iova, pa, length, 0)
    case .unmap(let iova, let length): unmap(iova, length, answer.value, 0)
    case .tick(let passed): milliseconds += passed
    case .dmaMapPhys(_, let pa, let length, _, _, _, let cpu):
      let offset = pa % 4096
      let run = Run(pa: pa - offset, length: rounded(offset &+ length))
      map(answer.value &- offset, run.pa, run.length, cpu)
      buffer(operation, answer.value, [run], cpu)
    case .dmaMapSGAttrs(_, _, let pieces, _, let cpu):
      var runs: [Run] = []
      for piece in pieces {
        if let last = runs.last, last.pa &+ last.length == piece.pa {
          runs[runs.count - 1].length &+= piece.length
        } else {
          runs.append(Run(pa: piece.pa, length: piece.length))
        }
      }
      var at = answer.value
      for run in runs {
        map(at, run.pa, run.length, cpu)
        at &+= run.length
      }
      buffer(operation, answer.value, runs, cpu)
    case .dmaUnmapPhysOrSG(let handle, let cpu): unmapBuffer(handle, answer, cpu)
    default: preconditionFailure("has no events")
    }
  }

  private func rounded(_ length: UInt64) -> UInt64 { (length &+ 4095) & ~4095 }

  private mutating func buffer(
    _ operation: Operation, _ address: UInt64, _ runs: [Run], _ cpu: UInt8
  ) {
    switch operation {
    case .dmaMapPhys(let handle, let pa, let length, let direction, let attributes, _, _):
      buffers[handle] = (operation, address, runs)
      event(
        "dma", "dma_map_phys", cpu,
        "0000:01:00.0 dir=\(name(direction)) dma_addr=\(hex(address)) size=\(length)"
          + " phys_addr=\(hex(pa)) attrs=\(words(attributes))")
    case .dmaMapSGAttrs(let handle, let direction, let pieces, _, _):
      buffers[handle] = (operation, address, runs)
      let total = pieces.reduce(0) { $0 &+ $1.length }
      let count = min(pieces.count, 128)
      event(
        "dma", "dma_map_sg", cpu,
        "0000:01:00.0 dir=\(name(direction)) nents=\(count)/\(pieces.count) ents=1/1"
          + " dma_addrs=\(list([address])) sizes=\(list([total]))"
          + " phys_addrs=\(list(pieces.prefix(128).map(\.pa))) attrs=")
    default: break
    }
  }

  private mutating func unmapBuffer(_ handle: UInt16, _ answer: Response, _ cpu: UInt8) {
    let (operation, address, runs) = buffers.removeValue(forKey: handle)!
    let length = runs.reduce(0) { $0 &+ $1.length }
    switch operation {
    case .dmaMapPhys(_, let pa, let size, let direction, let attributes, _, _):
      unmap(address &- pa % 4096, length, answer.value, cpu)
      event(
        "dma", "dma_unmap_phys", cpu,
        "0000:01:00.0 dir=\(name(direction)) dma_addr=\(hex(address)) size=\(size)"
          + " attrs=\(words(attributes))")
    case .dmaMapSGAttrs(_, let direction, let pieces, _, _):
      event(
        "dma", "dma_unmap_sg", cpu,
        "0000:01:00.0 dir=\(name(direction)) phys_addrs=\(list(pieces.map(\.pa))) attrs=")
      unmap(address, length, answer.value, cpu)
    default: break
    }
  }

  private mutating func map(_ iova: UInt64, _ pa: UInt64, _ length: UInt64, _ cpu: UInt8) {
    let end = form == .traceCmd ? "" : " - 0x\(wide(iova &+ length))"
    event(
      "iommu", "map", cpu, "IOMMU: iova=0x\(wide(iova))\(end) paddr=0x\(wide(pa)) size=\(length)")
  }

  private mutating func unmap(_ iova: UInt64, _ length: UInt64, _ unmapped: UInt64, _ cpu: UInt8) {
    let end = form == .traceCmd ? "" : " - 0x\(wide(iova &+ length))"
    event(
      "iommu", "unmap", cpu,
      "IOMMU: iova=0x\(wide(iova))\(end) size=\(length) unmapped_size=\(unmapped)")
  }

  private mutating func event(_ system: String, _ name: String, _ cpu: UInt8, _ body: String) {
    let seconds = milliseconds / 1000
    let rest = String(milliseconds % 1000 + 1000).dropFirst()
    let onCPU = String(Int(cpu) + 1000).dropFirst()
    switch form {
    case .tracefs:
      text +=
        "      worker-\(process)    [\(onCPU)] d..1. \(seconds).\(rest)000: \(name): \(body)\n"
    case .traceCmd:
      text += "      worker-\(process)    [\(onCPU)] \(seconds).\(rest)000: \(name):   \(body)\n"
    case .perf:
      text +=
        "worker  \(process) [\(onCPU)] \(seconds).\(rest)000000:   \(system):\(name): \(body)\n"
    }
  }

  private func name(_ direction: DMADirection) -> String {
    switch direction {
    case .bidirectional: "BIDIRECTIONAL"
    case .toDevice: "TO_DEVICE"
    case .fromDevice: "FROM_DEVICE"
    }
  }

  private func words(_ attributes: DMAAttributes) -> String {
    var words: [String] = []
    if attributes.contains(.privileged) { words.append("PRIVILEGED") }
    if attributes.contains(.mmio) { words.append("MMIO") }
    if attributes.contains(.requireCoherent) { words.append("REQUIRE_COHERENT") }
    return words.joined(separator: "|")
  }

  private func list(_ values: [UInt64]) -> String {
    form == .tracefs
      ? "{" + values.map { "0x" + hex($0) }.joined(separator: ",") + "}"
      : values.map { "\($0)" }.joined(separator: " ")
  }

  private func hex(_ value: UInt64) -> String { String(value, radix: 16) }

  private func wide(_ value: UInt64) -> String {
    let digits = hex(value)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
