// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// Requests to an NVMe drive, at a queue depth: Documentation/workloads/nvme.md.
final class StorageWorkload: Workload {
  static let parameters = [
    WorkloadParameter("depth", 128, 1...16384, "requests in flight"),
    WorkloadParameter("cpus", 4, 1...64, "CPUs that submit and complete"),
    WorkloadParameter(
      "size", 0, 0...4_194_304, "bytes of a request; 0: the distribution of the page"),
    WorkloadParameter("two-step", 50, 0...100, "percent mapped by dma_iova_link()"),
    WorkloadParameter("run", 4, 1...256, "pages of a request that lie together, at most"),
    WorkloadParameter("remote", 10, 0...100, "percent completed on another CPU"),
    WorkloadParameter("rate", 400, 1...1_000_000, "requests and completions a millisecond"),
  ]

  /// Of 100 requests so many have so many pages.
  private static let sizes: [(weight: Int, pages: Int)] = [
    (52, 1), (10, 2), (9, 4), (8, 8), (7, 16), (10, 32), (3, 64), (1, 128),
  ]

  private let cpus: Int
  private let pages: Int
  private let twoStep: Int
  private let run: Int
  private let remote: Int
  private var random: SeededRandom
  private var held: HeldBuffers
  private var pace: Pace

  init(_ values: WorkloadValues, _ random: SeededRandom, firstHandle: Int = 0) {
    cpus = values.int("cpus")
    pages = (values.int("size") + 4095) / 4096
    twoStep = values.int("two-step")
    run = values.int("run")
    remote = values.int("remote")
    self.random = random
    held = HeldBuffers(values.int("depth"), firstHandle: firstHandle)
    pace = Pace(values["rate"])
  }

  func step(_ out: inout LoweredScenario) {
    // Around the full depth, submissions and completions come in bursts.
    let submits = !held.isFull && (held.count == 0 || random.below(100) < 75)
    submits ? submit(&out) : complete(&out)
    pace.count(&out)
  }

  private func submit(_ out: inout LoweredScenario) {
    let cpu = UInt8(random.below(cpus))
    let count = pages > 0 ? pages : drawPages()
    let handle = held.takeHandle()
    let direction: DMADirection = random.below(100) < 70 ? .fromDevice : .toDevice
    let isTwoStep = random.below(100) < twoStep
    let length = UInt64(count) << 12
    held.add(HeldBuffer(handle: handle, cpu: cpu, isTwoStep: isTwoStep, length: length))
    var left = count
    var offset: UInt64 = 0
    var pieces = 0
    if isTwoStep {
      out.append(.dmaIOVAAlloc(handle: handle, pa: 0, length: length, limit: nil, cpu: cpu))
    }
    while left > 0 {
      let together = min(left, 1 + random.below(run))
      let pa = BufferMemory.page(&random)
      let bytes = UInt64(together) << 12
      if isTwoStep {
        out.append(
          .dmaIOVALink(
            handle: handle, offset: offset, pa: pa, length: bytes, direction: direction,
            attributes: []))
      } else {
        out.appendPiece(.init(pa: pa, len: bytes))
        pieces += 1
      }
      offset += bytes
      left -= together
    }
    if isTwoStep {
      out.append(.dmaIOVASync(handle: handle, offset: 0, length: length))
    } else {
      out.append(
        Operation.dmaMapSGAttrs(
          handle: handle, direction: direction, pieces: [], limit: nil, cpu: cpu
        ).lowered(pieces: nil), lastPieces: pieces)
    }
  }

  private func drawPages() -> Int {
    var left = random.below(100)
    for size in Self.sizes {
      left -= size.weight
      if left < 0 { return size.pages }
    }
    return 1
  }

  private func complete(_ out: inout LoweredScenario) {
    let buffer = held.take(&random, window: 16)
    let cpu = random.below(100) < remote ? UInt8(random.below(cpus)) : buffer.cpu
    if buffer.isTwoStep {
      out.append(.dmaIOVADestroy(handle: buffer.handle, length: buffer.length, cpu: cpu))
    } else {
      out.append(.dmaUnmapPhysOrSG(handle: buffer.handle, cpu: cpu))
    }
  }
}
