// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A guest's driver of no particular make, whose hypervisor keeps a shadow of the guest's tables and
/// changes it for what it is told alone. A command is a trap, and the entries of its range are read
/// again, so that asking for what did not change is what costs (`NO_GAPS`).
public struct ShadowDriver: Driver {
  public let name = "shadow"
  public let cachesAbsence = true

  private static let range: UInt8 = 1
  private static let all: UInt8 = 2

  /// The only one.
  public init() {}

  // MARK: What the driver sends

  /// A command for a range says its pages, to the last one (in `stride`).
  public func send(_ call: DriverCall, to commands: borrowing CommandList) {
    switch call {
    case .sync(let gathered):
      guard gathered.first <= gathered.last else { return }
      append(gathered.first, gathered.last, to: commands)
    case .flushAll: commands.append(Command(Self.all))
    case .syncMap(let first, let length):
      guard length != 0 else { return }
      append(first, first &+ length &- 1, to: commands)
    case .changeTop: break
    }
  }

  private func append(_ first: UInt64, _ last: UInt64, to commands: borrowing CommandList) {
    commands.append(Command(Self.range, address: first & ~0xfff, stride: last | 0xfff))
  }

  // MARK: What it is promised

  /// The hypervisor walks the guest's table anew for each page of the range, from the top. Its shadow has
  /// pages of the smallest size: of a larger leaf those outside of the range stay.
  public func reach(of command: Command) -> Reach {
    if command.opcode == Self.all { return .everything }
    return Reach(command.address, command.stride, leaves: .within, pointers: .all)
  }

  public func text(of command: Command) -> String {
    if command.opcode == Self.all { return "trap for everything" }
    return "trap for 0x\(String(command.address, radix: 16))"
      + " to 0x\(String(command.stride, radix: 16))"
  }
}

// MARK: As `driver=` names it

extension ShadowDriver {
  static let kinds = [
    DriverKind(
      name: .shadow, make: { _, _, _ in ShadowDriver() },
      unlike: { domain, _ in
        domain.features.contains(.flushRangeNoGaps) ? nil : "it asks for flush_range_no_gaps"
      })
  ]
}
