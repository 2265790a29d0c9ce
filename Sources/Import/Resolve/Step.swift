// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What a trace's event means for one address space: the importer's operations before they are
/// written. Addresses and sizes are bytes.
struct Step {
  enum Kind: UInt8 { case map, unmap, dmaMap, dmaList, dmaUnmap, fault, lost }

  var kind: Kind
  /// A `dma:*` event told it too: it is that one that is written.
  var isClaimed = false
  /// Its page-level events were beside it.
  var hasPages = false
  /// The importer made it up for an event that is missing.
  var isAssumed = false
  var isInterrupt = false
  /// Of a fault, as the event has them.
  var reason: UInt8 = 0
  var hasPASID = false
  var direction = DMADirection.bidirectional
  var attributes: DMAAttributes = []
  var cpu: Int32 = -1
  var handle: UInt16 = 0
  /// Number of the address space; -1 until it is known.
  var space: Int32 = -1
  var pid: Int32 = -1
  var tgid: Int32 = -1
  var task: UInt32 = 0
  var device: UInt32 = 0
  var line = 0
  /// Nanoseconds; nil: not told.
  var time: UInt64?
  var iova: UInt64 = 0
  var pa: UInt64 = 0
  var size: UInt64 = 0
  /// Of an unmap: the bytes that were unmapped. Of a fault: its flags.
  var extra: UInt64 = 0
  var pieces: [ScatterPiece]?

  init(_ kind: Kind, _ event: TraceEvent) {
    self.kind = kind
    isInterrupt = event.isInterrupt
    reason = event.reason
    hasPASID = event.hasPASID
    direction = event.direction
    attributes = event.attributes
    cpu = event.cpu
    pid = event.pid
    tgid = event.tgid
    task = event.task
    device = event.device
    line = event.line
    time = event.time
    iova = event.iova
    pa = event.pa
    size = event.size
  }

  /// The last byte of the range; the range is cut where addresses end.
  var last: UInt64 {
    let (end, isLost) = iova.addingReportingOverflow(max(size, 1) - 1)
    return isLost ? .max : end
  }
}
