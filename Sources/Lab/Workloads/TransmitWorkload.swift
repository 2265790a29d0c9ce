// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Packets that a network card sends, mapped and unmapped one by one: Documentation/workloads/net-tx.md.
final class TransmitWorkload: Workload {
  static let parameters = [
    WorkloadParameter("depth", 1024, 1...16384, "buffers that wait to be sent, of all rings"),
    WorkloadParameter("cpus", 4, 1...64, "CPUs, a ring each"),
    WorkloadParameter("large", 30, 0...100, "percent of packets with fragments of pages"),
    WorkloadParameter("fragments", 8, 1...17, "fragments of those, at most"),
    WorkloadParameter("batch", 64, 1...16384, "buffers that are unmapped at once"),
    WorkloadParameter("rate", 1000, 1...1_000_000, "packets and batches a millisecond"),
  ]

  private let cpus: Int
  private let large: Int
  private let fragments: Int
  private let batch: Int
  private var random: SeededRandom
  private var held: HeldBuffers
  private var pace: Pace
  private let room: Int

  init(_ values: WorkloadValues, _ random: SeededRandom, firstHandle: Int = 0) {
    cpus = values.int("cpus")
    large = values.int("large")
    fragments = values.int("fragments")
    batch = values.int("batch")
    self.random = random
    room = values.int("depth")
    held = HeldBuffers(room + fragments + 1, firstHandle: firstHandle)
    pace = Pace(values["rate"])
  }

  func step(_ out: inout LoweredScenario) {
    if held.count >= room {
      for _ in 0..<min(batch, held.count) {
        let buffer = held.take(&random, window: 1)
        out.append(.dmaUnmapPhysOrSG(handle: buffer.handle, cpu: buffer.cpu))
      }
    } else {
      send(&out)
    }
    pace.count(&out)
  }

  private func send(_ out: inout LoweredScenario) {
    let cpu = UInt8(random.below(cpus))
    let isLarge = random.below(100) < large
    // The linear part lies anywhere in a page and does not cross its end.
    let head = UInt64(isLarge ? 66 + random.below(190) : 64 + random.below(1451))
    let offset = UInt64(random.below(4096 - Int(head)) & ~63)
    map(&out, BufferMemory.page(&random) + offset, head, cpu)
    guard isLarge else { return }
    for _ in 0..<1 + random.below(fragments) { map(&out, BufferMemory.page(&random), 4096, cpu) }
  }

  private func map(_ out: inout LoweredScenario, _ pa: UInt64, _ length: UInt64, _ cpu: UInt8) {
    let handle = held.takeHandle()
    held.add(HeldBuffer(handle: handle, cpu: cpu, length: length))
    out.append(
      .dmaMapPhys(
        handle: handle, pa: pa, length: length, direction: .toDevice, attributes: [], limit: nil,
        cpu: cpu))
  }
}
