// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// What a driver writer expects of the DMA layer, whatever is below it:
///
/// - a mapped buffer's bytes translate to its memory until it is unmapped;
/// - no IOVA belongs to two buffers, none is reserved or beyond the device's reach;
/// - an IOVA that was queued is handed out again only after a flush that began after it was queued,
///   and the tables queued with it are freed only then; it waits no longer than the timeout;
/// - one that was not queued is handed out again only after an invalidation that covers it;
/// - none is lost.
///
/// It is fed each operation with the records that a subject wrote, asks for single translations, and
/// knows nothing of page tables, magazines or rings. What the kernel does not keep is named in
/// ``DMADeparture``. Once warm it allocates nothing, so that a fuzzer can use it.
public struct DMAContract {
  /// What was claimed no longer since `begin`.
  public internal(set) var departures: DMADepartures = []

  /// Nothing is claimed any more.
  var isLost: Bool {
    hidesSizes || !departures.isDisjoint(with: Self.losing)
  }

  private static let losing: DMADepartures = [
    DMADepartures(.listWithEmptyPiece), DMADepartures(.listOf4GiB),
    DMADepartures(.destroyedByLength),
  ]
  /// A leaf may read back as one of another size: whatever is unmapped may take more than its own.
  var hidesSizes = false

  var ledger = DMALedger()
  var buffers = DMABufferTable()
  /// Reservations that hold.
  var reserved = RangeSet()
  /// Whatever was handed out ever, and reservations that may not hold.
  var touched = RangeSet()
  /// Moments are counted in records; flushes happen at one.
  var moment: UInt64 = 0
  var lastFlush: UInt64 = 0
  /// When a table was last queued, by slot.
  var tableQueued: [UInt64] = []
  /// Virtual time, ms; nil once it wrapped.
  var now: UInt64? = 0

  var operation = OperationNotes()

  // The domain.
  var granule: UInt64 = 0x1000
  var lastAddress: UInt64 = .max
  /// The aperture's end.
  var lastInSpace: UInt64 = .max
  /// The release that is meant.
  var kernel = Kernel.linux7_1
  var addressMask: UInt64 = .max
  var lastPhysical: UInt64 = .max
  var encryptionBit: UInt64 = 0
  var timeout: UInt64 = 0

  /// What the last operation mapped, by handle, or unmapped.
  var justMapped: UInt16?
  var justUnmapped: (first: UInt64, last: UInt64)?
  /// Whose turn it is to be looked at again.
  var nextLook = 0

  /// A contract without a domain; ``begin(_:_:)`` gives it one.
  public init() {}

  /// The promises, as Documentation/contract.md names them.
  public static let properties = ["translation", "ownership", "reuse", "time", "handles"]

  /// Starts over for a domain that was opened: its configuration, with a `dma` line, and the log of
  /// its opening.
  public mutating func begin(
    _ configuration: borrowing iopt_config, _ log: RecordView
  ) {
    let hasLayer = configuration.has_dma != 0
    precondition(hasLayer, "the contract is the DMA layer's")
    departures = []
    ledger.removeAll()
    buffers.removeAll()
    reserved.removeAll()
    touched.removeAll()
    tableQueued.removeAll(keepingCapacity: true)
    moment = 0
    lastFlush = 0
    now = 0
    nextLook = 0
    justMapped = nil
    justUnmapped = nil
    kernel = Kernel(abi: configuration.kernel) ?? .linux7_1
    encryptionBit = TableReader(DomainConfiguration(configuration)).encryptionBit
    hidesSizes = false
    timeout = configuration.dma.timeout
    for record in log {
      if let info = InfoRecord(record) { read(info, limit: configuration.dma.limit) }
    }
  }

  private mutating func read(_ info: InfoRecord, limit: UInt64) {
    granule = info.pageSizes & (0 &- info.pageSizes)
    lastAddress = min(limit, info.last)
    lastInSpace = info.last
    addressMask = mask(info.inputWidth)
    lastPhysical = mask(info.outputWidth)
  }

  /// All addresses of a width in bits.
  private func mask(_ width: UInt64) -> UInt64 { width >= 64 ? .max : (1 << width) - 1 }

  /// Judges one operation that ended well by the records that the subject wrote. One that crashed
  /// is not to be shown.
  public mutating func observe(
    _ operation: UnsafePointer<iopt_op>, _ log: RecordView
  ) -> DMABreach? {
    noteList(operation)
    noteEncrypted(operation)
    if isLost { return nil }
    self.operation.begin(operation, buffers)
    if operation.pointee.size > IOPT_OP_SIZE_1, operation.pointee.has_limit != 0 {
      self.operation.limit = operation.pointee.limit
    }
    justMapped = nil
    justUnmapped = nil
    for record in log {
      if record.isStore { continue }
      moment += 1
      if let breach = note(record) { return breach }
    }
    return conclude(operation)
  }

  /// Notes memory that reads back otherwise, whether it can be mapped or not: beside the layer, where it
  /// has no buffer, and what is so large that its leaves' sizes are other ones.
  private mutating func noteEncrypted(_ operation: UnsafePointer<iopt_op>) {
    guard encryptionBit != 0 else { return }
    let asked = AskedMemory(operation)
    guard asked.reaches(encryptionBit) else { return }
    let isRaw = operation.pointee.kind <= IOPT_OP_MAP_RANGE.rawValue
    guard isRaw || asked.mayHideSize(encryptionBit) else { return }
    departures.insert(.memoryAtTheEncryptionBit)
    hidesSizes = true
  }

  /// Notes a list after whose mapping nothing is claimed.
  private mutating func noteList(_ operation: UnsafePointer<iopt_op>) {
    guard Self.isList(operation.pointee.kind),
      buffers.index(of: UInt16(truncatingIfNeeded: operation.pointee.handle)) == nil
    else { return }
    let pieces = UnsafeBufferPointer(
      start: operation.pointee.pieces, count: Int(operation.pointee.piece_count))
    var length: UInt64 = 0
    for piece in pieces {
      if piece.len == 0, length > 0, !isMended(.listWithEmptyPiece) {
        departures.insert(.listWithEmptyPiece)
      }
      length &+= piece.len
    }
    if length > UInt64(UInt32.max) { departures.insert(.listOf4GiB) }
  }

  /// Whether an operation of this kind maps a list.
  static func isList(_ kind: UInt32) -> Bool {
    kind == IOPT_OP_DMA_MAP_SG.rawValue || kind == IOPT_OP_DMA_MAP_SG_ATTRS.rawValue
  }

  func isMended(_ departure: DMADeparture) -> Bool {
    departure.mended.map { kernel >= $0 } ?? false
  }
}

/// What has been seen of the operation that is being judged.
struct OperationNotes {
  /// The handle that it unmaps, when that is live.
  var unmapped: UInt16?
  /// The range that it took and has not given back.
  var taken: (first: UInt64, last: UInt64)?
  /// A range that came back without a queue, and whether it was invalidated before.
  var freed: (first: UInt64, last: UInt64, isInvalidated: Bool)?
  /// What was invalidated since it began.
  var invalidated = RangeSet()
  var result: UInt64?
  var wasSkipped = false
  /// A range went on a queue.
  var wasQueued = false
  /// The mask of another device, when that is what it maps for.
  var limit: UInt64?

  mutating func begin(_ operation: UnsafePointer<iopt_op>, _ buffers: DMABufferTable) {
    let handle = UInt16(truncatingIfNeeded: operation.pointee.handle)
    let isUnmap =
      switch iopt_op_kind(rawValue: operation.pointee.kind) {
      case IOPT_OP_DMA_UNMAP, IOPT_OP_DMA_UNMAP_PHYS_OR_SG, IOPT_OP_DMA_IOVA_DESTROY,
        IOPT_OP_DMA_IOVA_FREE:
        true
      default: false
      }
    limit = nil
    wasQueued = false
    unmapped = isUnmap && buffers.index(of: handle) != nil ? handle : nil
    taken = nil
    freed = nil
    invalidated.removeAll()
    result = nil
    wasSkipped = false
  }
}
