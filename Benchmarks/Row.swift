// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Scenario
import SubjectABI

/// One line of the page-table benchmark: a domain, and a batch of calls of one size.
struct Row {
  let name: String
  let domain: DomainConfiguration
  /// Bytes of one call.
  let length: UInt64
  /// Calls of one batch, at consecutive addresses.
  let calls: Int
  /// The first IOVA of the batch.
  let start: UInt64
  /// Physical address less IOVA: what keeps larger pages from being used.
  let skew: UInt64
  /// Mapped all the time, so that the last table stays; nil: nothing.
  let neighbour: (start: UInt64, length: UInt64)?
  /// Unmap the whole batch with one call.
  let unmapsAtOnce: Bool

  /// One page a call, in a table that stays.
  static func single(
    _ format: String, _ domain: DomainConfiguration, _ page: PageSize
  ) -> Row {
    let start = max(page.bytes * 64, 1 << 32)
    return Row(
      name: "\(format) \(page.name)", domain: domain, length: page.bytes, calls: page.calls,
      start: start, skew: 0, neighbour: (start + UInt64(page.calls) * page.bytes, page.bytes),
      unmapsAtOnce: false)
  }

  /// 256 pages of one size in one call.
  static func many(_ format: String, _ domain: DomainConfiguration, _ page: PageSize) -> Row {
    let length = page.bytes * 256
    // 256 pages of 1 GiB are all that the lower half of Sv39 holds.
    let isWholeSpace = length >= 1 << 38
    let start: UInt64 = isWholeSpace ? 0 : max(length * 2, 1 << 32)
    return Row(
      name: "\(format) 256×\(page.name)", domain: domain, length: length, calls: 1, start: start,
      skew: page.bytes, neighbour: isWholeSpace ? nil : (start + length, page.bytes),
      unmapsAtOnce: false)
  }

  /// 2 MiB as 512 maps of 4 KiB and one unmap, which frees the table.
  static func wholeTable(_ format: String, _ domain: DomainConfiguration) -> Row {
    Row(
      name: "\(format) table", domain: domain, length: 4 << 10, calls: 512, start: 1 << 32,
      skew: 0, neighbour: (1 << 33, 4 << 10), unmapsAtOnce: true)
  }
}

/// A page size, and how many calls make a batch that stays within one table.
struct PageSize {
  let name: String
  let bytes: UInt64
  let calls: Int
}

/// Every row, in the order in which it is printed.
enum Rows {
  private static let p4K = PageSize(name: "4K", bytes: 4 << 10, calls: 256)
  private static let p16K = PageSize(name: "16K", bytes: 16 << 10, calls: 64)
  private static let p64K = PageSize(name: "64K", bytes: 64 << 10, calls: 16)
  private static let p1M = PageSize(name: "1M", bytes: 1 << 20, calls: 1)
  private static let p2M = PageSize(name: "2M", bytes: 2 << 20, calls: 256)
  private static let p1G = PageSize(name: "1G", bytes: 1 << 30, calls: 64)

  private static func riscv(_ va: UInt8) -> DomainConfiguration {
    DomainConfiguration(
      format: .riscv64, va: va, oa: 56, features: [.signExtend, .flushRange, .riscvSvnapot64k])
  }

  private static let amdv1 = DomainConfiguration(
    format: .amdv1, va: 64, oa: 52,
    features: [.dynamicTop, .amdv1EncryptTables, .amdv1ForceCoherence], top: 3)
  private static let vtdss = DomainConfiguration(
    format: .vtdss, va: 48, oa: 52, features: [.flushRange], top: 3)
  private static let x86 = DomainConfiguration(
    format: .x8664, va: 48, oa: 52, features: [.signExtend, .flushRange], top: 3)

  private static let formats: [(String, DomainConfiguration, [PageSize])] = [
    ("riscv_64 Sv39", riscv(39), [p4K, p64K, p2M, p1G]),
    ("riscv_64 Sv48", riscv(48), [p4K, p64K, p2M, p1G]),
    ("amdv1", amdv1, [p4K, p16K, p64K, p1M, p2M, p1G]),
    ("vtdss", vtdss, [p4K, p2M, p1G]),
    ("x86_64", x86, [p4K, p2M, p1G]),
  ]

  static let all: [Row] = formats.flatMap { name, domain, sizes in
    sizes.map { Row.single(name, domain, $0) } + sizes.map { Row.many(name, domain, $0) }
      + [Row.wholeTable(name, domain)]
  }
}
