// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// `drivers/iommu/s390-iommu.c` on a generic page table, under a hypervisor (`tlb_refresh`): the
/// paravirtualisation for which the DMA layer has its single queue. Its instruction's manual is not
/// public; what it promises is what the driver relies on.
public struct S390Driver: Driver {
  public let name = "s390"
  public let cachesAbsence = true
  /// The device's aperture: all of the table.
  private let lastAddress: UInt64

  private static let refresh: UInt8 = 1

  /// For tables of `width` bits.
  public init(width: Int) { lastAddress = width >= 64 ? .max : 1 << UInt64(width) - 1 }

  // MARK: What the driver sends

  /// One instruction (RPCIT) for a range of pages; here it holds the last byte (in `stride`).
  public func send(_ call: DriverCall, to commands: borrowing CommandList) {
    switch call {
    case .sync(let gathered):
      // A gather's last address is 0 before anything was added.
      guard gathered.last != 0 else { return }
      append(gathered.first, gathered.last, to: commands)
    case .flushAll where lastAddress == .max:
      // No aperture of the driver's has 2^64 bytes, which no length says.
      append(0, .max >> 1, to: commands)
      append(1 << 63, .max, to: commands)
    case .flushAll: append(0, lastAddress, to: commands)
    case .syncMap(let first, let length): append(first, first &+ length &- 1, to: commands)
    case .changeTop: break
    }
  }

  private func append(_ first: UInt64, _ last: UInt64, to commands: borrowing CommandList) {
    commands.append(Command(Self.refresh, address: first, stride: last))
  }

  // MARK: What it is promised

  /// Translations of the range are made anew from the tables, with what leads to them. The length is
  /// a word: of the whole 2^64 bytes, and of a range that ends before it starts, nothing is sure.
  public func reach(of command: Command) -> Reach {
    let length = command.stride &- command.address &+ 1
    guard length != 0, command.address <= command.stride else { return .nothing }
    return Reach(command.address, command.stride, leaves: .within, pointers: .all)
  }

  public func text(of command: Command) -> String {
    "RPCIT 0x\(String(command.address, radix: 16))"
      + " 0x\(String(command.stride &- command.address &+ 1, radix: 16))"
  }
}

// MARK: As `driver=` names it

extension S390Driver {
  static let kinds = [
    DriverKind(
      name: .s390,
      // No device of s390's has addresses at both ends: a domain that has them is given them all.
      make: { _, domain, _ in
        S390Driver(width: domain.features.contains(.signExtend) ? 64 : Int(domain.va))
      },
      unlike: { _, _ in "its own tables are of another format" })
  ]
}
