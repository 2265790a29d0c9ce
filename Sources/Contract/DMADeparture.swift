// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Where the kernel does not keep the contract of the DMA layer and the model knows it: what is
/// claimed no longer, and why.
public enum DMADeparture: UInt8, CaseIterable, Sendable {
  /// A mapped buffer's IOVA was unmapped through the domain. Its bytes no longer translate; its own
  /// unmap stops at the first hole, warns, syncs no more than it found, and gives the IOVA back all
  /// the same.
  case unmappedBehindTheLayersBack
  /// A range was reserved over an IOVA that was in use or had been (a freed one stays in the
  /// allocator's tree while it is cached). The reservation joins that IOVA's node, and goes with
  /// it; so does one that overlaps such a reservation.
  case reservedOverAnIOVA
  /// Only the first physical address is held against the output width. Where the memory runs past
  /// it, the address wraps in the table word.
  case memoryPastTheOutputWidth
  /// A physical address with the memory-encryption bit set loses that bit in the table word.
  case memoryAtTheEncryptionBit
  /// The last byte of a 64-bit space as a DMA address is `DMA_MAPPING_ERROR`: the driver takes the
  /// buffer for one that was not mapped, and nobody ever unmaps it.
  case addressThatReadsAsAnError
  /// A scatterlist is unmapped from its first piece on, and one that begins with an empty piece not
  /// at all: its IOVA and its mappings stay for good.
  case listThatBeginsEmpty
  /// A scatterlist has an empty piece behind one that is not. Arithmetic wraps, what came before
  /// counts for nothing, and memory is mapped outside the IOVA or not at all: nothing is claimed any
  /// more.
  case listWithEmptyPiece
  /// A scatterlist comes to 4 GiB or more. The lengths of its output segments have 32 bits and may
  /// come round, and its unmap stops short: nothing is claimed any more.
  case listOf4GiB
  /// Virtual time or a deadline passed the end of 64 bits, and the timer is due in the past.
  case timeWrapped
  /// A buffer's physical address is 0, which its unmap takes for no translation: it warns, unmaps
  /// nothing, and the IOVA stays for good.
  case memoryAtAddressZero
  /// A scatterlist ends with the last byte of a 64-bit space: its unmap takes the end, which is 0, for
  /// none, and does nothing.
  case listThatEndsTheSpace
  /// A range was unlinked otherwise than it was linked. Entries are not split and the walk ends at the
  /// first hole: what of the range translates is claimed no longer.
  case unlinkedOtherwise
  /// A range was given back with memory linked to it, which stays mapped.
  case freedWhileLinked
  /// A range was given up by another length than it was allocated with, and as much goes back: nothing
  /// is claimed any more.
  case destroyedByLength
  /// The device's mask has no room for the length at all, and another device of the domain reaches
  /// further. The one is subtracted from the other and wraps, so that any cached range of the size is
  /// handed out.
  case cachedBeyondTheLimit

  /// The first release that does as the contract has it: there it is a breach. nil: none does.
  public var mended: Kernel? {
    switch self {
    case .listWithEmptyPiece, .destroyedByLength: .linux7_3
    default: nil
    }
  }
}

/// A set of departures.
public struct DMADepartures: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// The set of one.
  public init(_ departure: DMADeparture) { rawValue = 1 << departure.rawValue }

  mutating func insert(_ departure: DMADeparture) { formUnion(DMADepartures(departure)) }

  /// Whether the departure is one of them.
  public func contains(_ departure: DMADeparture) -> Bool {
    isSuperset(of: DMADepartures(departure))
  }
}
