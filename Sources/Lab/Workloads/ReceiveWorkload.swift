// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Receive rings of a network card fed from page pools: Documentation/workloads/net-rx.md.
final class ReceiveWorkload: Workload {
  static let parameters = [
    WorkloadParameter("ring", 1024, 1...16384, "pages that are mapped in each CPU's ring and pool"),
    WorkloadParameter("cpus", 4, 1...64, "CPUs, a ring each"),
    WorkloadParameter("recycle", 90, 0...100, "percent of pages that come back mapped"),
    WorkloadParameter("order", 0, 0...9, "a page is 4 KiB times two to this"),
    WorkloadParameter("rate", 1000, 1...1_000_000, "packets a millisecond, of all rings"),
  ]

  private let cpus: Int
  private let recycle: Int
  private let order: UInt64
  private var random: SeededRandom
  private var held: HeldBuffers
  private var pace: Pace

  init(_ values: WorkloadValues, _ random: SeededRandom, firstHandle: Int = 0) {
    cpus = values.int("cpus")
    recycle = values.int("recycle")
    order = values["order"]
    self.random = random
    let handles = min(values.int("ring") * values.int("cpus"), 65536 - firstHandle)
    held = HeldBuffers(handles, firstHandle: firstHandle)
    pace = Pace(values["rate"])
  }

  func step(_ out: inout LoweredScenario) {
    guard held.isFull else { return fill(&out, cpu: UInt8(held.count % cpus)) }
    let before = out.count
    // A page that comes back mapped costs the IOMMU nothing: only time passes.
    for _ in 0..<64 where out.count == before {
      if random.below(100) >= recycle {
        let buffer = held.take(&random, window: held.count)
        out.append(.dmaUnmapPhysOrSG(handle: buffer.handle, cpu: buffer.cpu))
        fill(&out, cpu: buffer.cpu)
      }
      pace.count(&out)
    }
  }

  private func fill(_ out: inout LoweredScenario, cpu: UInt8) {
    let handle = held.takeHandle()
    let length: UInt64 = 4096 << order
    held.add(HeldBuffer(handle: handle, cpu: cpu, length: length))
    let pa =
      order == 0
      ? BufferMemory.page(&random) : BufferMemory.block(&random, sizeLog2: 12 + order)
    out.append(
      .dmaMapPhys(
        handle: handle, pa: pa, length: length, direction: .fromDevice, attributes: [], limit: nil,
        cpu: cpu))
  }
}
