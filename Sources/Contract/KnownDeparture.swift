// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Where the kernel's page table does otherwise than its documented contract: the one list of
/// exceptions that ``Contract`` allows. Documentation/contract.md tells each at length.
public enum KnownDeparture: UInt8, CaseIterable, Sendable {
  /// An unmap that ends inside an entry removes all of the entry: entries are not split.
  case wholeEntryRemoved
  /// An unmap that starts inside an entry removes nothing.
  case startInsideAnEntry
  /// Of the addresses that sign extension forbids, those whose bits from the width on agree are
  /// taken: they alias the other half, and a range may cross from one half into the hole.
  case signExtensionOneBitShort
  /// The physical address is held against the domain's width at its start only.
  case outputEndUnchecked
  /// What runs past the width of the format's address field wraps to 0.
  case outputAddressWraps
  /// One 4 KiB page is mapped even where the page-size bitmap has none (CVE-2026-64151).
  case forbiddenSmallPage
  /// A length that is no multiple of the smallest page is followed to its ragged end: the
  /// production build runs away.
  case raggedLengthRunsAway
  /// A lookup outside the table in force returns a negative errno as an address.
  case errnoAsAddress
  /// What lies beyond a top that has yet to grow is out of range, not merely unmapped.
  case rangeBeyondTheTop
  /// Of a dirty entry of several items the last one is not reported.
  case lastItemNotReported
  /// Dirtiness that is read from inside an entry on is reported for a full entry's length.
  case reportPastTheEntry

  /// The first release that does as the contract has it: there it is a breach. nil: none does.
  public var mended: Kernel? {
    switch self {
    case .errnoAsAddress, .forbiddenSmallPage: .linux7_2
    case .lastItemNotReported, .reportPastTheEntry: .linux7_3
    default: nil
    }
  }
}
