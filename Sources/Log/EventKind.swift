// SPDX-License-Identifier: GPL-2.0-only

/// What a record tells. The kinds below 64 are the subject ABI's `enum iopt_event`, with its
/// numbers; the two from there on are the harness's own, for what it finds by itself.
public enum EventKind: UInt32, CaseIterable, Sendable {
  case alloc = 1
  case allocFail = 2
  case free = 3
  case incoherent = 4
  case clean = 5
  case top = 6
  case sync = 7
  case flushAll = 8
  case dirty = 9
  case warn = 10
  case result = 11
  case info = 12
  case iovaAlloc = 13
  case noIOVA = 14
  case iovaFree = 15
  case queue = 16
  case timerOn = 17
  case timerFire = 18
  case skip = 19
  case depotWork = 20
  case gather = 21
  /// Table words written: no event, and never compared as one.
  case store = 22
  /// The driver's `iotlb_sync_map` was called.
  case syncMap = 23
  /// The levels of the gather in the next record, which is a sync or a gather.
  case levels = 24
  /// The virtual CPU whose records follow: the host's own, never compared.
  case cpu = 25
  /// Table words that differ from before the operation.
  case pte = 64
  /// The code ran away, faulted or hit a BUG.
  case crash = 65
}
