// SPDX-License-Identifier: GPL-2.0-only

/// No driver at all: removes exactly what it is told, leaves that lie in the range, and the pointers of
/// the range when tables go. It judges a page table apart from what any driver makes of its calls.
public struct ExactDriver: Driver {
  public let name = "exact"

  private static let range: UInt8 = 1
  private static let all: UInt8 = 2
  private static let pointersToo: UInt8 = 1

  /// The only one.
  public init() {}

  public func send(_ call: DriverCall, to commands: borrowing CommandList) {
    switch call {
    case .sync(let gathered):
      guard gathered.first <= gathered.last else { return }
      let flags = gathered.freesTables || gathered.tableLevels != 0 ? Self.pointersToo : 0
      commands.append(
        Command(
          Self.range, flags: flags, address: gathered.first, stride: gathered.last))
    case .flushAll: commands.append(Command(Self.all))
    case .syncMap, .changeTop: break
    }
  }

  public func reach(of command: Command) -> Reach {
    if command.opcode == Self.all { return .everything }
    return Reach(
      command.address, command.stride, leaves: .within,
      pointers: command.flags & Self.pointersToo != 0 ? .all : .none)
  }

  public func text(of command: Command) -> String {
    if command.opcode == Self.all { return "everything" }
    let range = "0x\(String(command.address, radix: 16)) to 0x\(String(command.stride, radix: 16))"
    return command.flags & Self.pointersToo != 0 ? "\(range) and pointers" : range
  }
}

// MARK: As `driver=` names it

extension ExactDriver {
  static let kinds = [
    DriverKind(name: .exact, make: { _, _, _ in ExactDriver() }, unlike: { _, _ in nil })
  ]
}
