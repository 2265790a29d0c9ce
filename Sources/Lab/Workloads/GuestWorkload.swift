// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A virtual machine whose RAM VFIO maps for its devices, with memory that comes and goes in blocks:
/// Documentation/workloads/vfio.md.
final class GuestWorkload: Workload {
  static let parameters = [
    WorkloadParameter("memory", 4096, 4...65536, "MiB of the guest's RAM"),
    WorkloadParameter("block", 128, 2...4096, "MiB that come and go at once"),
    WorkloadParameter("page", 21, 12...30, "pages that back it: log2 of their bytes"),
    WorkloadParameter("batch", 512, 1...4096, "pages that are unmapped before a sync"),
    WorkloadParameter(
      "rate", 1, 1...1_000_000, "blocks a millisecond; nothing here waits for time"),
  ]

  private let blocks: Int
  private let blockLog2: UInt64
  private let pageLog2: UInt64
  private let batch: Int
  private var random: SeededRandom
  private let isMapped: UnsafeMutablePointer<Bool>
  /// The first blocks are mapped one after another, as the machine starts.
  private var started = 0
  /// The block that is at hand, the next page of it, and what is done with it.
  private var block = 0
  private var page: UInt64 = 0
  private var isUnmapping = false
  private var unsynced = 0

  init(_ values: WorkloadValues, _ random: SeededRandom) {
    let memory = values["memory"] << 20
    pageLog2 = values["page"]
    let wanted = max(values["block"] << 20, 1 << pageLog2)
    blockLog2 = UInt64(63 - wanted.leadingZeroBitCount)
    blocks = max(Int(memory >> blockLog2), 1)
    batch = values.int("batch")
    self.random = random
    isMapped = .allocate(capacity: blocks)
    isMapped.initialize(repeating: false, count: blocks)
  }

  deinit { isMapped.deallocate() }

  private var pagesOfBlock: UInt64 { 1 << (blockLog2 - pageLog2) }

  func step(_ out: inout LoweredScenario) {
    let iova = 1 << 32 + UInt64(block) << blockLog2 + page << pageLog2
    let length: UInt64 = 1 << pageLog2
    if isUnmapping {
      out.append(.unmapFast(gather: 0, iova: iova, length: length))
      unsynced += 1
      if unsynced == batch || page + 1 == pagesOfBlock {
        out.append(.iotlbSync(gather: 0))
        unsynced = 0
      }
    } else {
      let pa = BufferMemory.block(&random, sizeLog2: pageLog2)
      out.append(.map(iova: iova, pa: pa, length: length, prot: [.read, .write, .cache]))
    }
    page += 1
    if page == pagesOfBlock { next() }
  }

  private func next() {
    page = 0
    isMapped[block] = !isUnmapping
    if started + 1 < blocks {
      started += 1
      block = started
    } else {
      block = random.below(blocks)
    }
    isUnmapping = isMapped[block]
  }
}
