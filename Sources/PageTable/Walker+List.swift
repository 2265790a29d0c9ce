// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The table of the last level that a page of a list went into: the next one mostly goes there too, and
/// need not be walked to. Of use only as long as nothing else is done to the domain.
public struct ListPlace {
  var table: TableWords?
  /// An address that the table translates.
  var address: UInt64 = 0

  /// Nowhere yet.
  public init() {}
}

extension PageTableDomain {
  /// Whether a ``ListPlace`` stays true between the pages of a list: where nobody runs in between.
  public var runsAlone: Bool { state.pointee.host.pointee.yield == nil }

  /// ``mapWithoutSync(_:to:length:protection:)`` of one part of a list, beside the part before it.
  public func mapWithoutSync(
    _ iova: UInt64, to pa: UInt64, length: UInt64, protection: UInt32, beside place: inout ListPlace
  ) -> Status {
    let isPage = length == state.pointee.smallPage
    if isPage, run(InstallBeside(iova: iova, pa: pa, protection: protection), &place) {
      return .done
    }
    let status = mapWithoutSync(iova, to: pa, length: length, protection: protection)
    place.table = nil
    if isPage, status == .done { run(FindPlace(iova: iova), &place) }
    return status
  }
}

private struct InstallBeside: WalkerOperation {
  let iova: UInt64
  let pa: UInt64
  let protection: UInt32

  @inline(__always)
  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ place: inout ListPlace
  ) -> Bool {
    table.installBeside(iova, pa, protection, place)
  }
}

private struct FindPlace: WalkerOperation {
  let iova: UInt64

  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ place: inout ListPlace
  ) {
    place = ListPlace()
    guard table.installsBeside, let words = table.lastTable(of: iova) else { return }
    (place.table, place.address) = (words, iova)
  }
}

extension Walker {
  /// Whether pages may go beside each other: no checks are asked for, and no words written back.
  @inline(__always)
  var installsBeside: Bool { !Build.checks && !has(.dmaIncoherent) }

  /// One page into an empty place of a table; false, and nothing done, where it is not as simple as
  /// that.
  @inline(__always)
  func installBeside(
    _ iova: UInt64, _ output: UInt64, _ protection: UInt32, _ place: ListPlace
  ) -> Bool {
    guard installsBeside, let words = place.table,
      (iova ^ place.address).divided(by: TableShape.pageLog2 + TableShape.bitsPerLevel) == 0,
      protection & (IOPT_PROT_READ.rawValue | IOPT_PROT_WRITE.rawValue) != 0,
      (iova | output).isAligned(to: TableShape.pageLog2),
      output.divided(by: state.pointee.outputLog2) == 0
    else { return false }
    var attributes: UInt64 = 0
    let status = Format.attributes(protection, context, into: &attributes)
    let index = Int(
      truncatingIfNeeded: iova.shifted(by: TableShape.pageLog2) & mask(TableShape.bitsPerLevel))
    guard status == .done, Format.kind(of: words[index], level: 0) == .empty else { return false }
    let entry = Format.leaf(
      output: output, sizeLog2: TableShape.pageLog2, level: 0, attributes: attributes, context)
    state.pointee.memory.store(entry, to: words, index)
    return true
  }

  /// The table of the last level, below the top, that translates an address; nil where there is none.
  func lastTable(of iova: UInt64) -> TableWords? {
    var status = Status.done
    guard let range = checkedRange(iova, 1, &status) else { return nil }
    var cursor = Cursor(range.table!, level: range.level)
    loadFirst(&cursor, range)
    while cursor.kind == .table, cursor.level > 0 { goDown(&cursor, to: range.first) }
    return cursor.level == 0 && range.level > 0 ? cursor.words : nil
  }
}
