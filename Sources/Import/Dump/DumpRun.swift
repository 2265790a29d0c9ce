// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Pages of one size, one behind the other in both address spaces, that one map makes just so: it may
/// not find room for a larger page among them.
struct DumpRun {
  private(set) var rows: [DumpRow] = []
  let iova: UInt64
  let pa: UInt64
  let protection: Protection
  private let level: Int

  private static let mostRows = 4096

  init(_ row: DumpRow, _ pa: UInt64, _ protection: Protection) {
    rows = [row]
    iova = row.iova
    self.pa = pa
    self.protection = protection
    level = row.leafLevel
  }

  var length: UInt64 { UInt64(rows.count) << UInt64(TableEntry.itemLog2(level)) }

  /// Takes a page in that goes on where the run ends; false when it does not, or the map would make a
  /// larger page of it.
  mutating func take(_ row: DumpRow, _ pa: UInt64, _ protection: Protection) -> Bool {
    let size = UInt64(1) << UInt64(TableEntry.itemLog2(level))
    guard row.leafLevel == level, row.iova == iova &+ length, pa == self.pa &+ length,
      protection == self.protection, rows.count < Self.mostRows
    else { return false }
    let larger = size << 9
    let end = row.iova &+ size
    let couldBeLarger =
      level < 2 && (iova ^ self.pa) & (larger - 1) == 0 && end & (larger - 1) == 0
      && end &- iova >= larger
    if couldBeLarger { return false }
    rows.append(row)
    return true
  }
}
