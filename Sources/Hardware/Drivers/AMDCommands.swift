// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// `drivers/iommu/amd` and the AMD I/O Virtualization Technology (IOMMU) Specification, publication
/// 48882, revision 3.11, whose sections are cited.
public struct AMDCommands: Driver {
  public let name: String
  /// NpCache of the capability header, which hypervisors set: what is not mapped is cached too.
  public let cachesAbsence: Bool
  public let hasDeviceTLB: Bool
  /// 2.4.2: the device table entry, with mode and root pointer, is cached, and INVALIDATE_DEVTAB_ENTRY
  /// removes it.
  public var cachesRoot: Bool { true }
  /// Guest page tables, version 2: commands say so.
  private let hasGuestTables: Bool
  /// The encoding, the pointers' bit and the split as they are from 7.2 on.
  private let isSince72: Bool

  // Opcodes of section 2.4.
  private static let deviceEntry: UInt8 = 2
  private static let pages: UInt8 = 3
  private static let devicePages: UInt8 = 4
  // Bits of a command's third word.
  private static let sized: UInt8 = 1
  private static let pointers: UInt8 = 2
  private static let guest: UInt8 = 4

  /// On hardware with NpCache or not, whose devices have TLBs or not, for a table of `format`.
  public init(npCache: Bool, ats: Bool, release: Kernel, format: Format) {
    name = (npCache ? "amd-np" : "amd") + (ats ? "+ats" : "")
    cachesAbsence = npCache
    hasDeviceTLB = ats
    hasGuestTables = format == .x8664
    isSince72 = release >= .linux7_2
  }

  // MARK: What the driver sends

  /// `CMD_INV_IOMMU_ALL_PAGES_ADDRESS` of 7.1, which stands there for a length too.
  private static let wholeLength: UInt64 = 0x7fff_ffff_ffff_ffff

  public func send(_ call: DriverCall, to commands: borrowing CommandList) {
    switch call {
    case .sync(let gathered) where isSince72:
      flush(
        gathered.first, through: gathered.last, gathered.freesTables ? Self.pointers : 0, commands)
    case .sync(let gathered):
      flush(gathered.first, length: gathered.last &- gathered.first &+ 1, commands)
    case .flushAll where isSince72: flush(0, through: .max, Self.pointers, commands)
    case .flushAll: flush(0, length: Self.wholeLength, commands)
    case .syncMap(let first, let length):
      guard cachesAbsence else { return }
      if isSince72 {
        flush(first, through: first &+ length &- 1, Self.pointers, commands)
      } else {
        flush(first, length: length, commands)
      }
    case .changeTop:
      // The device table entry has been written.
      commands.append(Command(Self.deviceEntry))
      if hasDeviceTLB { commands.append(Command(Self.devicePages, field: Self.wholeField)) }
    }
  }

  /// From 7.2 on. Under NpCache a range goes as the fewest aligned powers of two, but for the whole
  /// space, which has no length.
  private func flush(
    _ first: UInt64, through last: UInt64, _ flags: UInt8, _ commands: borrowing CommandList
  ) {
    guard cachesAbsence, first != 0 || last != .max else {
      return flushAtOnce(Self.field(first, through: last), flags, commands)
    }
    var address = first
    while address <= last {
      let fits = 63 - (last - address + 1).leadingZeroBitCount
      let end = address + (1 << UInt64(min(fits, address.trailingZeroBitCount)) - 1)
      flushAtOnce(Self.field(address, through: end), flags, commands)
      guard end != .max else { return }
      address = end + 1
    }
  }

  /// 7.1: of the whole space the length is 0, of which nothing is sent under NpCache. Pointers always
  /// go too.
  private func flush(_ first: UInt64, length: UInt64, _ commands: borrowing CommandList) {
    guard cachesAbsence else {
      return flushAtOnce(Self.field(first, length: length), Self.pointers, commands)
    }
    var (address, left) = (first, length)
    while left != 0 {
      let piece: UInt64 =
        1 << UInt64(min(63 - left.leadingZeroBitCount, address.trailingZeroBitCount))
      flushAtOnce(Self.field(address, length: piece), Self.pointers, commands)
      address &+= piece
      left -= piece
    }
  }

  /// To the IOMMU, then to the devices.
  private func flushAtOnce(_ field: UInt64, _ flags: UInt8, _ commands: borrowing CommandList) {
    let table = hasGuestTables ? Self.guest : 0
    commands.append(Command(Self.pages, flags: flags | table, field: field))
    if hasDeviceTLB { commands.append(Command(Self.devicePages, flags: table, field: field)) }
  }

  /// Address bits above the first 0 name the place, ones below it the size; this one is everything.
  private static let wholeField: UInt64 = 0x7fff_ffff_ffff_f001

  /// From 7.2 on: the low word's address and size bit for the smallest aligned power of two that holds
  /// both ends; everything above 2^52 bytes.
  private static func field(_ first: UInt64, through last: UInt64) -> UInt64 {
    let address = first & ~0xfff
    let sizeLog2 = UInt64(64 - (address ^ last).leadingZeroBitCount)
    if sizeLog2 <= 12 { return address }
    if sizeLog2 > 52 { return wholeField }
    return address | (1 << (sizeLog2 - 1) - 1) & ~0xfff | 1
  }

  /// 7.1: one page, or as above; lengths wrap.
  private static func field(_ first: UInt64, length: UInt64) -> UInt64 {
    let pages = (first & 0xfff &+ length &+ 0xfff) >> 12
    if pages == 1 { return first & ~0xfff }
    let highest = UInt64(63 - (first ^ (first &+ length &- 1)).leadingZeroBitCount)
    if highest > 51 { return wholeField }
    return (first | (1 << highest - 1)) & ~0xfff | 1
  }

  // MARK: What the specification promises

  public func reach(of command: Command) -> Reach {
    // 2.4.2 INVALIDATE_DEVTAB_ENTRY: the cached device table entry, with the table that walks begin with.
    if command.opcode == Self.deviceEntry { return .root }
    // 2.4.4 INVALIDATE_IOTLB_PAGES: the device's translations, never pointers. The IOMMU's go first: what
    // that has, the device can ask for again.
    let isDevice = command.opcode == Self.devicePages
    // 2.4.3 INVALIDATE_IOMMU_PAGES, S clear: 4 KiB. 2.4.4 INVALIDATE_IOTLB_PAGES: the same.
    var size: UInt64 = 1 << 12
    if command.flags & Self.sized != 0 {
      // 2.4.3, S set: the lowest 0 from bit 12 on is half of the size. Ones up to bit 62: everything.
      let zero = (~(command.address >> 12)).trailingZeroBitCount + 12
      if zero == 63 { return isDevice ? .allDevices : Self.allPages(command) }
      // 2.2.3, table 14 "Example Page Size Encodings", its note: up to bit 51. What is above has no meaning.
      guard zero <= 51 else { return .nothing }
      size = 2 << UInt64(zero)
    }
    let first = command.address & ~(size - 1)
    // 2.4.3: pages that the range touches; PDE set: page directory entries on the way to them too.
    return Reach(
      first, first | (size - 1),
      pointers: !isDevice && command.flags & Self.pointers != 0 ? .all : .none,
      isDeviceTLB: isDevice)
  }

  /// 2.4.3 of the whole domain: page directory entries only with PDE here too.
  private static func allPages(_ command: Command) -> Reach {
    command.flags & pointers != 0 ? .everything : Reach(0, .max)
  }

  public func text(of command: Command) -> String {
    if command.opcode == Self.deviceEntry { return "INVALIDATE_DEVTAB_ENTRY" }
    var text = command.opcode == Self.pages ? "INVALIDATE_IOMMU_PAGES" : "INVALIDATE_IOTLB_PAGES"
    text += " ADDR=0x\(String(command.address, radix: 16))"
    for (bit, name) in [(Self.sized, "S"), (Self.pointers, "PDE"), (Self.guest, "GN")]
    where command.flags & bit != 0 { text += " \(name)" }
    return text
  }
}

extension Command {
  /// With an address whose lowest bit says whether a size is encoded in it.
  fileprivate init(_ opcode: UInt8, flags: UInt8 = 0, field: UInt64) {
    self.init(opcode, flags: flags | UInt8(field & 1), address: field & ~0xfff)
  }
}

// MARK: As `driver=` names it

extension AMDCommands {
  static let kinds = [false, true].map { npCache in
    DriverKind(
      name: npCache ? .amdNpCache : .amd,
      make: { choice, domain, release in
        AMDCommands(npCache: npCache, ats: choice.hasATS, release: release, format: domain.format)
      },
      unlike: {
        AMDDriver.domains.unlike($0, in: $1, with: npCache ? .flushRangeNoGaps : .flushRange)
      })
  }
}
