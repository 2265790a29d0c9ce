// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// `drivers/iommu/intel` with queued invalidation, and the Intel Virtualization Technology for Directed
/// I/O specification, revision 5.10, whose sections are cited. First-stage tables have caches of their
/// own commands.
public struct VTDCommands: Driver {
  public let name: String
  public let hasDeviceTLB: Bool
  /// Caching Mode, of second-stage tables alone: 6.1, 6.2.4.1.
  public let cachesAbsence: Bool
  private let isFirstStage: Bool
  /// MAMV of the capability register: the largest address mask of the second stage's command.
  private let largestMask: UInt8
  /// The smallest aligned power of two is found as it is from 7.2 on.
  private let isSince72: Bool

  /// MAMV of most hardware, and of QEMU's.
  public static let usualMask: UInt8 = 18

  // Types of descriptors, 6.5.2.
  private static let second: UInt8 = 2
  private static let device: UInt8 = 3
  private static let first: UInt8 = 6
  // Granularities, in the flags: all of a domain or PASID, or an address with a mask. The hint IH, and
  // the device's size bit S.
  private static let all: UInt8 = 2
  private static let addressed: UInt8 = 3
  private static let granularity: UInt8 = 3
  private static let hint: UInt8 = 4
  private static let sized: UInt8 = 8

  /// For a table of `format`, on hardware with a capability MAMV of `largestMask`, in caching mode or
  /// not, whose devices have TLBs or not.
  public init(
    caching: Bool, largestMask: UInt8 = usualMask, ats: Bool, release: Kernel, format: Format
  ) {
    name =
      (caching ? "vtd-caching" : "vtd")
      + (largestMask == Self.usualMask ? "" : "+mamv=\(largestMask)") + (ats ? "+ats" : "")
    isFirstStage = format == .x8664
    cachesAbsence = caching && !isFirstStage
    hasDeviceTLB = ats
    self.largestMask = largestMask
    isSince72 = release >= .linux7_2
  }

  // MARK: What the driver sends

  public func send(_ call: DriverCall, to commands: borrowing CommandList) {
    switch call {
    case .sync(let gathered):
      flush(
        gathered.first, gathered.last, gathered.freesTables ? 0 : Self.hint, commands,
        devices: hasDeviceTLB)
    case .flushAll: flush(0, .max, 0, commands, devices: hasDeviceTLB)
    case .syncMap(let first, let length):
      // Without caching, and of a first stage, it flushes the write buffer: no cache of translations.
      guard cachesAbsence else { return }
      let (start, mask) = aligned(first, first &+ length &- 1)
      flushSecondStage(start, mask, 0, commands)
    case .changeTop: break
    }
  }

  /// `devices`: their TLBs after the IOMMU's.
  private func flush(
    _ first: UInt64, _ last: UInt64, _ hint: UInt8, _ commands: borrowing CommandList, devices: Bool
  ) {
    let isWhole = first == 0 && last == .max
    let (start, mask) = isWhole ? (0, Self.wholeMask) : aligned(first, last)
    if isFirstStage {
      flushFirstStage(start, mask, hint, commands)
    } else {
      flushSecondStage(start, mask, hint, commands)
    }
    guard devices else { return }
    // The bits below the highest masked one are ones; that one is 0.
    let ones: UInt64 = mask == 0 ? 0 : 1 << (UInt64(mask) + 11) - 1
    commands.append(
      Command(
        Self.device, flags: mask == 0 ? 0 : Self.sized, address: (start | ones) & ~0xfff))
  }

  /// Address bits above a page, more than which no mask covers.
  private static let wholeMask: UInt8 = 52

  private func flushFirstStage(
    _ start: UInt64, _ mask: UInt8, _ hint: UInt8, _ commands: borrowing CommandList
  ) {
    guard mask < Self.wholeMask else {
      return commands.append(Command(Self.first, flags: Self.all))
    }
    commands.append(
      Command(Self.first, flags: Self.addressed | hint, operand: mask, address: start))
  }

  private func flushSecondStage(
    _ start: UInt64, _ mask: UInt8, _ hint: UInt8, _ commands: borrowing CommandList
  ) {
    guard mask <= largestMask else {
      return commands.append(Command(Self.second, flags: Self.all))
    }
    commands.append(
      Command(Self.second, flags: Self.addressed | hint, operand: mask, address: start))
  }

  /// The smallest aligned power of two of pages that holds both ends: where it starts, and the number
  /// of masked address bits.
  private func aligned(_ first: UInt64, _ last: UInt64) -> (start: UInt64, mask: UInt8) {
    guard isSince72 else { return Self.alignedUntil71(first, last) }
    let start = first & ~0xfff
    let sizeLog2 = 64 - (start ^ last).leadingZeroBitCount
    if sizeLog2 <= 12 { return (start, 0) }
    if sizeLog2 == 64 { return (0, Self.wholeMask) }
    return (start & ~(1 << UInt64(sizeLog2) - 1), UInt8(sizeLog2 - 12))
  }

  /// 7.1: as many pages as there are, rounded up; where that is not aligned, up to the lowest bit above
  /// it that both ends share. Lengths wrap.
  private static func alignedUntil71(
    _ first: UInt64, _ last: UInt64
  ) -> (start: UInt64, mask: UInt8) {
    let pages = (first & 0xfff &+ (last &- first &+ 1) &+ 0xfff) >> 12
    // Of no pages, the machine shifts by 64 bits as by none.
    var mask = UInt64(64 - (pages &- 1).leadingZeroBitCount) & 63
    let below: UInt64 = 1 << mask - 1
    let page = first >> 12
    if page & below != 0 {
      let shared = ~(page ^ (page &+ pages &- 1)) & ~below
      mask = shared == 0 ? UInt64(wholeMask) : UInt64(shared.trailingZeroBitCount)
    }
    // A page shifted out of the word leaves nothing of the start.
    let size: UInt64 = 0x1000 << mask
    return (first & ~(size &- 1), UInt8(mask))
  }

  // MARK: What the specification promises

  public func reach(of command: Command) -> Reach {
    if command.opcode == Self.device { return Self.deviceReach(command) }
    // 6.5.2.3 IOTLB Invalidate, domain-selective; 6.5.2.4 PASID-based, PASID-selective: all of it.
    guard command.flags & Self.granularity == Self.addressed else { return .everything }
    // 11.4.2 MAMV: the largest mask for the second stage; the first stage's command takes any.
    guard command.opcode == Self.first || command.operand <= largestMask else { return .nothing }
    // A mask of all bits that an address has is the whole space.
    let masked: UInt64 = 1 << (UInt64(command.operand) + 12) &- 1
    let start = command.address & ~masked
    // 6.5.2.3 and 6.5.2.4, AM: a leaf goes when the mask covers its size; 6.5.3.2: it may be cached in
    // pieces of 4 KiB. IH clear: of pointers, those on the way to an address of the range (6.5.3.3: one
    // address is enough). IH set: none.
    return Reach(
      start, start | masked, leaves: .within,
      pointers: command.flags & Self.hint == 0 ? .all : .none)
  }

  /// 6.5.2.5 Device-TLB Invalidate, and PCI Express Base Specification, 10.3 "ATS Invalidation".
  private static func deviceReach(_ command: Command) -> Reach {
    // S clear: 4 KiB.
    var size: UInt64 = 1 << 12
    if command.flags & sized != 0 {
      // S set: the lowest 0 from bit 12 on is half of the size. Bit 63: everything (6.5.3.3, the note on
      // global Device-TLB invalidation). No 0: nothing.
      let zero = (~(command.address >> 12)).trailingZeroBitCount + 12
      if zero == 63 { return .allDevices }
      guard command.address >> 12 != .max >> 12 else { return .nothing }
      size = 2 << UInt64(zero)
    }
    // Translations that the range touches. The IOTLB goes first: a device's request may be served from it
    // (6.5.2.5; 6.5.2.12 keeps that order).
    let start = command.address & ~(size - 1)
    return Reach(start, start | (size - 1), isDeviceTLB: true)
  }

  public func text(of command: Command) -> String {
    let address = " ADDR=0x\(String(command.address, radix: 16))"
    if command.opcode == Self.device {
      return "Device-TLB Invalidate" + address + (command.flags & Self.sized != 0 ? " S" : "")
    }
    let isSecond = command.opcode == Self.second
    let name = isSecond ? "IOTLB Invalidate" : "PASID-based IOTLB Invalidate"
    guard command.flags & Self.granularity == Self.addressed else {
      return name + (isSecond ? ", domain-selective" : ", PASID-selective")
    }
    return name + address + " AM=\(command.operand)" + (command.flags & Self.hint != 0 ? " IH" : "")
  }
}

// MARK: As `driver=` names it

extension VTDCommands {
  static let kinds = [false, true].map { caching in
    DriverKind(
      name: caching ? .vtdCaching : .vtd,
      make: { choice, domain, release in
        VTDCommands(
          caching: caching, largestMask: choice.largestMask ?? VTDCommands.usualMask,
          ats: choice.hasATS, release: release, format: domain.format)
      },
      unlike: { IntelDriver.domains.unlike($0, in: $1, later: .vtdssForceCoherence) })
  }
}
