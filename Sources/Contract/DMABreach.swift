// SPDX-License-Identifier: GPL-2.0-only
import Log

/// How a subject broke the contract of the DMA layer. Addresses and lengths are bytes.
public enum DMABreach: Error, Equatable, Sendable {
  /// A mapped buffer's byte does not translate to its own memory.
  case mistranslated(iova: UInt64, expected: UInt64, found: UInt64)
  /// A buffer that was unmapped still translates.
  case stillMapped(iova: UInt64, found: UInt64)
  /// An IOVA was handed out that a live buffer has.
  case shared(iova: UInt64, length: UInt64, handle: UInt16)
  /// An IOVA was handed out that an operation had and did not give back.
  case handedOutTwice(iova: UInt64, length: UInt64)
  /// An IOVA was handed out that waits for a flush.
  case handedOutWhileQueued(iova: UInt64, length: UInt64)
  /// An IOVA was handed out that is reserved.
  case handedOutReserved(iova: UInt64, length: UInt64)
  /// An IOVA was handed out that the device cannot reach, or that is null.
  case outOfReach(iova: UInt64, length: UInt64)
  /// An IOVA came back that waits on a queue, and no flush began since it was put there.
  case freedBeforeFlush(iova: UInt64, length: UInt64)
  /// An IOVA came back before an invalidation that covers it.
  case freedBeforeSync(iova: UInt64, length: UInt64)
  /// An IOVA came back while its buffer is mapped.
  case freedWhileMapped(iova: UInt64, length: UInt64)
  /// A range came back, or was queued, that nobody has.
  case notHeld(iova: UInt64, length: UInt64)
  /// A table went back to the host that waits on a queue, and no flush began since.
  case tableFreedBeforeFlush(pa: UInt64)
  /// The operation is over, and its IOVA is neither a buffer's nor queued nor given back.
  case lost(iova: UInt64, length: UInt64)
  /// The queue's timeout has passed, and the IOVA still waits.
  case waitsTooLong(iova: UInt64, length: UInt64)
  /// The address that the driver got does not belong to the IOVA that was allocated for it.
  case wrongAddress(address: UInt64)
  /// An unmap removed another number of bytes than the buffer's frames have.
  case wrongLength(expected: UInt64, found: UInt64)
  /// A handle in the right state was skipped, or one in the wrong state was not.
  case wrongSkip(handle: UInt16)
  /// What an earlier release did otherwise than promised, and this one does not do.
  case mended(DMADeparture)
}

extension DMABreach {
  /// The breach without its numbers: what tells one kind from another.
  public var name: String {
    if case .mended(let departure) = self { return "\(departure)" }
    return Mirror(reflecting: self).children.first?.label ?? ""
  }

  /// Which promise of the contract it breaks; one of ``DMAContract/properties``.
  public var property: String {
    switch self {
    case .mistranslated, .stillMapped, .wrongAddress, .wrongLength: "translation"
    case .shared, .handedOutTwice, .handedOutReserved, .outOfReach, .notHeld, .freedWhileMapped,
      .lost, .mended:
      "ownership"
    case .handedOutWhileQueued, .freedBeforeFlush, .freedBeforeSync, .tableFreedBeforeFlush:
      "reuse"
    case .waitsTooLong: "time"
    case .wrongSkip: "handles"
    }
  }
}

extension DMABreach: CustomStringConvertible {
  public var description: String {
    switch self {
    case .mistranslated(let iova, let expected, let found):
      "\(hex(iova)) is mapped to \(hex(expected)) and translates to \(hex(found))"
    case .stillMapped(let iova, let found):
      "\(hex(iova)) is unmapped and translates to \(hex(found))"
    case .shared(let iova, let length, let handle):
      "\(range(iova, length)) handed out while buffer \(handle) has it"
    case .handedOutTwice(let iova, let length): "\(range(iova, length)) handed out twice"
    case .handedOutWhileQueued(let iova, let length):
      "\(range(iova, length)) handed out while it waits for a flush"
    case .handedOutReserved(let iova, let length):
      "\(range(iova, length)) handed out although it is reserved"
    case .outOfReach(let iova, let length):
      "\(range(iova, length)) handed out, which the device cannot reach"
    case .freedBeforeFlush(let iova, let length):
      "\(range(iova, length)) freed, and no flush began since it was queued"
    case .freedBeforeSync(let iova, let length):
      "\(range(iova, length)) freed before a sync that covers it"
    case .freedWhileMapped(let iova, let length):
      "\(range(iova, length)) freed while its buffer is mapped"
    case .notHeld(let iova, let length):
      "\(range(iova, length)) freed or queued, which nobody has"
    case .tableFreedBeforeFlush(let pa):
      "table \(hex(pa)) freed, and no flush began since it was queued"
    case .lost(let iova, let length):
      "\(range(iova, length)) neither mapped nor queued nor freed"
    case .waitsTooLong(let iova, let length):
      "\(range(iova, length)) still waits after the queue's timeout"
    case .wrongAddress(let address): "\(hex(address)) is not the address of what was mapped"
    case .wrongLength(let expected, let found):
      "unmapped \(hex(found)) bytes where \(hex(expected)) were mapped"
    case .wrongSkip(let handle): "skipped, or did not skip, handle \(handle)"
    case .mended(let departure):
      "\(departure), which Linux \(departure.mended?.name ?? "") has mended"
    }
  }

  private func range(_ iova: UInt64, _ length: UInt64) -> String {
    "IOVA \(hex(iova)) length \(hex(length))"
  }
}
