// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What a line of a trace tells.
enum TraceEventKind: UInt8 {
  /// `iommu:map`, `iommu:unmap`, or the core's dynamic-debug lines of the same.
  case map, unmap
  case fault
  case attach, detach
  case joinGroup, leaveGroup
  /// `dma_map_phys`, `dma_map_page` and `dma_map_resource`, and their undoing.
  case dmaMap, dmaUnmap
  case dmaMapList, dmaUnmapList
  /// `dma_alloc` and `dma_alloc_pages`; `dma_free` and `dma_free_pages`.
  case dmaAlloc, dmaFree
  /// `dma_alloc_sgt` and `dma_free_sgt`.
  case dmaAllocList, dmaFreeList
  /// A mapping or an allocation that the kernel says failed.
  case dmaError
  /// Events that were dropped: `size` is how many, 0 when that is not said.
  case lost
}

/// One event. Addresses and sizes are bytes.
struct TraceEvent {
  var kind: TraceEventKind
  /// Of its first line, from 1.
  var line = 0
  /// -1: not told.
  var cpu: Int32 = -1
  var pid: Int32 = -1
  /// The process that the thread belongs to.
  var tgid: Int32 = -1
  /// It ran in an interrupt, on top of the task.
  var isInterrupt = false
  /// Nanoseconds of the trace's clock; nil: not told.
  var time: UInt64?
  /// Numbers of the reader's names.
  var task: UInt32 = 0
  var device: UInt32 = 0
  var driver: UInt32 = 0
  var iova: UInt64 = 0
  var pa: UInt64 = 0
  var size: UInt64 = 0
  /// Bytes that `iommu:unmap` says were unmapped.
  var unmapped: UInt64 = 0
  var direction = DMADirection.bidirectional
  var attributes: DMAAttributes = []
  /// `io_page_fault`: bit 0 is a write. Groups: the group's number.
  var flags: UInt64 = 0
  /// Of a fault: Intel's reason (VT-d specification, 7.1.3 "Fault conditions"); 0: not told.
  var reason: UInt8 = 0
  /// Of a fault: the request had a PASID, which may have an address space of its own.
  var hasPASID = false
  /// Of a list, nil for everything else.
  var list: TracedList?
  /// The physical address was hashed.
  var hidesPhysical = false
  /// A virtual address that was hashed stands in for memory that is not told otherwise.
  var isHashed = false
}

/// What the event of a scatterlist tells.
final class TracedList {
  var physical: [UInt64] = []
  var addresses: [UInt64] = []
  var sizes: [UInt64] = []
  /// `[TRUNCATED]`: the kernel printed the first entries only.
  var isTruncated = false
}
