// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// Everything that a hardware walker can reach from a domain's top table.
public struct TableWalk: Equatable, Sendable {
  /// One translation; a contiguous entry is one.
  public struct Leaf: Equatable, Hashable, Sendable {
    public var iova: UInt64
    public var pa: UInt64
    public var sizeLog2: Int
    public var level: Int
    /// The first of its words.
    public var word: UInt64

    public var size: UInt64 { 1 << UInt64(sizeLog2) }
  }

  /// One table and where it hangs.
  public struct Table: Equatable, Sendable {
    public var pa: UInt64
    public var level: Int
    /// The first IOVA that it decodes.
    public var iova: UInt64
    /// The word that points to it; 0 for the top.
    public var link: UInt64
  }

  /// In the order of the table's words.
  public private(set) var leaves: [Leaf] = []
  /// The top first, then in the order in which the walk meets them.
  public private(set) var tables: [Table] = []
  /// What is wrong with the tree, in words: links to what is no table, tables linked twice,
  /// contiguous entries whose items disagree.
  public private(set) var faults: [String] = []

  private var met: Set<UInt64> = []
  private let format: Format
  private let encryption: UInt64
  private let signBit: UInt64?

  public init(_ domain: DirectDomain) {
    let features = domain.info.features
    format = domain.configuration.format
    // AMDv1 encrypts in every build, listed or not.
    let encrypts = format == .amdv1 || features.contains(.x8664AMDEncryptTables)
    encryption = encrypts ? domain.configuration.encryptionBit.map { 1 << UInt64($0) } ?? 0 : 0
    signBit = features.contains(.signExtend) ? 1 << UInt64(domain.info.va - 1) : nil
    let top = Table(pa: domain.top, level: domain.level, iova: 0, link: 0)
    met.insert(top.pa)
    guard domain.isTable(top.pa) else {
      faults.append("the top 0x\(String(top.pa, radix: 16)) is no table")
      return
    }
    visit(top, domain)
  }

  private mutating func visit(_ table: Table, _ domain: DirectDomain) {
    tables.append(table)
    let words = domain.words(of: table.pa)
    let itemLog2 = HardwareEntry.itemLog2(table.level)
    let decoded = 64 - itemLog2 < 62 ? min(words.count, 1 << (64 - itemLog2)) : words.count
    var index = 0
    while index < decoded {
      if words[index] == 0 {
        index += 1
        continue
      }
      let iova = extended(table.iova &+ UInt64(index) << UInt64(itemLog2))
      switch entry(words[index], table.level) {
      case .empty: index += 1
      case .table(let pa):
        descend(to: pa, from: table, word: words[index], iova: iova, domain)
        index += 1
      case .leaf(let pa, let sizeLog2):
        leaves.append(
          Leaf(
            iova: iova, pa: pa, sizeLog2: sizeLog2, level: table.level, word: words[index]))
        let items = max(1, 1 << (sizeLog2 - itemLog2))
        let end = min(index + items, decoded)
        for other in index..<end
        where entry(words[other], table.level) != entry(words[index], table.level) {
          fault("item \(other) of table", table.pa, "disagrees with its entry at \(index)")
        }
        if end - index < items || index % items != 0 {
          fault("an entry of table", table.pa, "does not fit")
        }
        index = end
      }
    }
  }

  private mutating func descend(
    to pa: UInt64, from table: Table, word: UInt64, iova: UInt64, _ domain: DirectDomain
  ) {
    guard domain.isTable(pa) else { return fault("a link to", pa, "which is no live table") }
    guard met.insert(pa).inserted else { return fault("two links to", pa, "") }
    guard table.level > 0 else { return fault("a link below level 0 to", pa, "") }
    visit(Table(pa: pa, level: table.level - 1, iova: iova, link: word), domain)
  }

  private func entry(_ word: UInt64, _ level: Int) -> HardwareEntry {
    HardwareEntry(format, word, level: level, encryption: encryption)
  }

  private func extended(_ iova: UInt64) -> UInt64 {
    guard let signBit, iova & signBit != 0 else { return iova }
    return iova | ~(signBit &* 2 &- 1)
  }

  private mutating func fault(_ what: String, _ pa: UInt64, _ rest: String) {
    faults.append("\(what) 0x\(String(pa, radix: 16)) \(rest)")
  }
}
