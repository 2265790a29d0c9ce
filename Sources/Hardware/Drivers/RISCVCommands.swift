// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// `drivers/iommu/riscv` and the RISC-V IOMMU Architecture Specification, version 20260222, with its
/// extensions for non-leaf and address range invalidation. Its first chapter is the preface: chapter 4
/// has the commands, 7 the guidelines for software, 9 the extensions.
public struct RISCVCommands: Driver {
  public let name: String
  /// The capability NL: a command can name the pointers on the way to its address.
  private let canNamePointers: Bool
  /// The capability S: a command can name a range of a power of two.
  private let canNameRanges: Bool
  /// Levels in gathers decide the commands: from 7.2 on.
  private let readsLevels: Bool
  /// Bits of an IOVA, the highest of which is repeated above; 64 where none is.
  private let width: Int

  public var goesByLevels: Bool { readsLevels && !canNameRanges }

  // What a command has set: AV, NL and S of IOTINVAL.VMA.
  private static let addressed: UInt8 = 1
  private static let pointers: UInt8 = 2
  private static let range: UInt8 = 4
  private static let inval: UInt8 = 1

  /// On hardware with or without both capabilities. `width`: bits of an IOVA, the highest of which is
  /// repeated above; 64 where none is.
  public init(nonLeaf: Bool, ranges: Bool, release: Kernel, width: Int) {
    name = "riscv" + (nonLeaf ? "-nl" : "") + (ranges ? "-s" : "")
    canNamePointers = nonLeaf
    canNameRanges = ranges
    readsLevels = release >= .linux7_2
    self.width = min(max(width, 1), 64)
  }

  // MARK: What the driver sends

  public func send(_ call: DriverCall, to commands: borrowing CommandList) {
    switch call {
    case .sync(let gathered) where readsLevels: sendByLevels(gathered, commands)
    case .sync(let gathered) where gathered.freesTables: sendByPage(0, .max, commands)
    case .sync(let gathered): sendByPage(gathered.first, gathered.last, commands)
    case .flushAll where readsLevels:
      sendByLevels(
        Gathered(first: 0, last: .max, leafLevels: 0xff, tableLevels: 0xfe), commands)
    case .flushAll: sendByPage(0, .max, commands)
    case .syncMap, .changeTop: break
    }
  }

  /// Ranges that end so far behind their start are not named page by page (7.1).
  private static let limit: UInt64 = 2 << 20

  /// 7.1: a command for each page, the first one always.
  private func sendByPage(_ start: UInt64, _ last: UInt64, _ commands: borrowing CommandList) {
    guard last &- start < Self.limit - 1 else { return commands.append(Command(Self.inval)) }
    // It goes on below the last byte, not at it, and ends where addresses do.
    let pages = last > start ? (last - start - 1) >> 12 + 1 : 1
    commands.append(
      Command(
        Self.inval, flags: Self.addressed, address: start & ~0xfff,
        count: min(pages, (UInt64.max - start) >> 12 + 1), stride: 1 << 12))
  }

  /// The most commands of one size that are better than one for everything (7.2).
  private static let mostCommands: UInt64 = 512

  /// From 7.2 on: the lowest level that changed is the distance of the commands.
  private func sendByLevels(_ gathered: Gathered, _ commands: borrowing CommandList) {
    let everything = Command(Self.inval)
    let levels = gathered.leafLevels | gathered.tableLevels
    let namesPointers = gathered.tableLevels != 0
    if namesPointers && !canNamePointers { return commands.append(everything) }
    // As if all of the address space were named where nothing is known of levels.
    let differing = UInt64.bitWidth - (gathered.first ^ gathered.last).leadingZeroBitCount
    let sizeLog2 = levels == 0 || differing >= 64 ? 0 : differing
    let flags = namesPointers ? Self.pointers : 0
    if canNameRanges, sizeLog2 >= 13 {
      return commands.append(
        Command(
          Self.inval, flags: flags | Self.addressed | Self.range, operand: UInt8(sizeLog2),
          address: gathered.first & ~(1 << UInt64(sizeLog2) - 1)))
    }
    guard levels != 0, differing < 64 else { return commands.append(everything) }
    let strideLog2 = UInt64(9 * levels.trailingZeroBitCount + 12)
    let count = strideLog2 < 64 ? (gathered.last &- gathered.first &+ 1) >> strideLog2 : 0
    guard count > 0, count <= Self.mostCommands else { return commands.append(everything) }
    commands.append(
      Command(
        Self.inval, flags: flags | Self.addressed, address: gathered.first & ~0xfff, count: count,
        stride: 1 << strideLog2))
  }

  // MARK: What the specification promises

  /// 3.8 "Caching in-memory data structures", 7.3.8 "Caching invalid entries": entries whose V is clear are
  /// not cached.
  public var cachesAbsence: Bool { false }

  public func reach(of command: Command) -> Reach {
    // 4.1.1 "IOMMU Page-Table cache invalidation commands", AV clear: all entries of the address space.
    guard command.flags & Self.addressed != 0 else { return .everything }
    // 9.2, without the capability: NL is a reserved bit; 4.1: a command that sets one is illegal, and not
    // done.
    guard canNamePointers || command.flags & Self.pointers == 0 else { return .nothing }
    // 4.1.1, AV set: entries with leaves alone. 9.2.1, NL set too: information from all levels.
    let pointers: Reach.Pointers = command.flags & Self.pointers != 0 ? .all : .none
    if command.flags & Self.range != 0 {
      // 9.3, without the capability: S is reserved too (4.1).
      guard canNameRanges else { return .nothing }
      // S set: each address of the naturally aligned power of two. What an address outside the
      // space does to it is not said.
      let last = command.address | (1 << UInt64(command.operand) - 1)
      guard isCanonical(command.address), isCanonical(last) else { return .nothing }
      return Reach(command.address, last, pointers: pointers)
    }
    // 4.1.1, AV set: entries with the leaves that correspond to ADDR (of a leaf of 64 KiB the word for
    // it: Privileged Architecture, "Svnapot"); of an invalid address, perhaps none.
    guard let (first, last) = canonicalPart(of: command) else { return .nothing }
    return Reach(
      first, last, stride: command.stride, leaves: .holdingAddress, pointers: pointers)
  }

  /// The first and the last address of a row of commands that are addresses of the space. It reaches
  /// over one edge of what is none at most.
  private func canonicalPart(of command: Command) -> (first: UInt64, last: UInt64)? {
    var (first, last) = (command.address, command.address &+ (command.count - 1) &* command.stride)
    guard command.stride != 0 else { return isCanonical(first) ? (first, last) : nil }
    let half: UInt64 = 1 << UInt64(width - 1)
    if !isCanonical(last) {
      guard first < half else { return nil }
      last = first + (half - 1 - first) / command.stride * command.stride
    } else if !isCanonical(first) {
      guard last >= 0 &- half else { return nil }
      first = last - (last - (0 &- half)) / command.stride * command.stride
    }
    return (first, last)
  }

  private func isCanonical(_ iova: UInt64) -> Bool {
    CanonicalAddresses(width: width, signExtends: true).contains(iova)
  }

  public func text(of command: Command) -> String {
    guard command.flags & Self.addressed != 0 else { return "IOTINVAL.VMA" }
    var text = "IOTINVAL.VMA ADDR=0x\(String(command.address, radix: 16))"
    if command.flags & Self.range != 0 { text += " S (2^\(command.operand) bytes)" }
    if command.flags & Self.pointers != 0 { text += " NL" }
    if command.count > 1 {
      text += " and \(command.count - 1) more, 0x\(String(command.stride, radix: 16)) apart"
    }
    return text
  }
}

// MARK: As `driver=` names it

extension RISCVCommands {
  static let kinds = [
    kind(.riscv, nonLeaf: false, ranges: false), kind(.riscvNonLeaf, nonLeaf: true, ranges: false),
    kind(.riscvRanges, nonLeaf: false, ranges: true),
    kind(.riscvNonLeafRanges, nonLeaf: true, ranges: true),
  ]

  private static func kind(_ name: DriverName, nonLeaf: Bool, ranges: Bool) -> DriverKind {
    DriverKind(
      name: name,
      make: { _, domain, release in
        RISCVCommands(
          nonLeaf: nonLeaf, ranges: ranges, release: release,
          width: domain.features.contains(.signExtend) ? Int(domain.va) : 64)
      },
      unlike: { RISCVDriver.domains.unlike($0, in: $1) })
  }
}
