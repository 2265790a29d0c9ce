// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// Large memory regions of scattered pages, registered and dropped: Documentation/workloads/gpu-mr.md.
final class RegionWorkload: Workload {
  static let parameters = [
    WorkloadParameter("region", 8192, 4...1_048_576, "KiB of a region"),
    WorkloadParameter("live", 16, 1...4096, "regions that are registered at a time"),
    WorkloadParameter("run", 1, 1...512, "pages that lie together, at most"),
    WorkloadParameter("vary", 0, 0...100, "percent by which regions are smaller, at most"),
    WorkloadParameter("cpus", 4, 1...64, "CPUs that register and drop"),
    WorkloadParameter("rate", 2, 1...1_000_000, "registrations and drops a millisecond"),
  ]

  private let pages: Int
  private let run: Int
  private let vary: Int
  private let cpus: Int
  private var random: SeededRandom
  private var held: HeldBuffers
  private var pace: Pace

  init(_ values: WorkloadValues, _ random: SeededRandom, firstHandle: Int = 0) {
    pages = max(values.int("region") / 4, 1)
    run = values.int("run")
    vary = values.int("vary")
    cpus = values.int("cpus")
    self.random = random
    held = HeldBuffers(values.int("live"), firstHandle: firstHandle)
    pace = Pace(values["rate"])
  }

  func step(_ out: inout LoweredScenario) {
    if held.isFull {
      let buffer = held.take(&random, window: held.count)
      out.append(.dmaUnmapPhysOrSG(handle: buffer.handle, cpu: buffer.cpu))
    } else {
      register(&out)
    }
    pace.count(&out)
  }

  private func register(_ out: inout LoweredScenario) {
    let cpu = UInt8(random.below(cpus))
    let handle = held.takeHandle()
    let less = vary == 0 ? 0 : random.below(pages * vary / 100 + 1)
    var left = max(pages - less, 1)
    held.add(HeldBuffer(handle: handle, cpu: cpu, length: UInt64(left) << 12))
    var pieces = 0
    if run == 1 {
      let room = out.appendPieces(left)
      for index in 0..<left {
        (room + index).initialize(to: .init(pa: BufferMemory.page(&random), len: 4096))
      }
      (pieces, left) = (left, 0)
    }
    while left > 0 {
      let together = min(left, 1 + random.below(run))
      out.appendPiece(.init(pa: BufferMemory.page(&random), len: UInt64(together) << 12))
      pieces += 1
      left -= together
    }
    out.append(
      Operation.dmaMapSGAttrs(
        handle: handle, direction: .bidirectional, pieces: [], limit: nil, cpu: cpu
      ).lowered(pieces: nil), lastPieces: pieces)
  }
}
