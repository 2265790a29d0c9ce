// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// A driver whose commands are not what they should be, in front of hardware that keeps its promises.
struct FaultyDriver: Driver {
  /// Makes the commands of a call, by what `send` does with one.
  typealias Change = @Sendable (_ call: DriverCall, _ send: (DriverCall) -> [Command]) -> [Command]

  let name: String
  /// Who computes the commands, and whose hardware it is.
  let sender: any Driver
  let hardware: any Driver
  let change: Change

  var cachesAbsence: Bool { hardware.cachesAbsence }
  var hasDeviceTLB: Bool { hardware.hasDeviceTLB }
  var cachesRoot: Bool { hardware.cachesRoot }
  var goesByLevels: Bool { sender.goesByLevels }
  func reach(of command: Command) -> Reach { hardware.reach(of: command) }
  func text(of command: Command) -> String { hardware.text(of: command) }

  func send(_ call: DriverCall, to commands: borrowing CommandList) {
    let changed = change(call) { call in
      let list = CommandList()
      sender.send(call, to: list)
      return Array(list.commands)
    }
    for command in changed { commands.append(command) }
  }
}

/// A fault in a driver's commands, and what it lets happen.
struct DriverFault: Sendable, CustomTestStringConvertible {
  let name: String
  let kernel: Kernel
  let format: Format
  /// The driver whose hardware it is; who sends, where that is another.
  let driver: String
  var sender: String?
  let caughtBy: HardwareProperty
  /// What a table that goes with the leaves may be told by.
  var orBy: HardwareProperty?
  let change: FaultyDriver.Change

  var testDescription: String { "\(driver) \(name)" }

  func driver(for domain: DomainConfiguration) throws -> FaultyDriver {
    FaultyDriver(
      name: "\(driver), \(name)",
      sender: try DriverChoice(parsing: sender ?? driver).driver(for: domain),
      hardware: try DriverChoice(parsing: driver).driver(for: domain), change: change)
  }
}

// The drivers' own numbers of commands and bits.
private enum RISCV {
  static let nonLeaf: UInt8 = 2
  static let range: UInt8 = 4
}
private enum AMD {
  static let devicePages: UInt8 = 4
  static let sized: UInt8 = 1
  static let pointers: UInt8 = 2
}
private enum VTD {
  static let device: UInt8 = 3
  static let hint: UInt8 = 4
  static let sized: UInt8 = 8
  static let granularity: UInt8 = 3
}

// MARK: The faults

extension DriverFault {
  static let all = riscv + amd + vtd + hypervisors

  /// Each command otherwise.
  private static func each(
    _ change: @escaping @Sendable (inout Command) -> Void
  ) -> FaultyDriver.Change {
    { call, send in
      send(call).map { command in
        var command = command
        change(&command)
        return command
      }
    }
  }

  /// Without some commands.
  private static func without(
    _ isForgotten: @escaping @Sendable (Command) -> Bool
  ) -> FaultyDriver.Change {
    { call, send in send(call).filter { !isForgotten($0) } }
  }

  private static let withoutSyncMap: FaultyDriver.Change = { call, send in
    if case .syncMap = call { return [] }
    return send(call)
  }

  /// The commands after a map without a bit, or with it.
  private static func afterAMap(
    _ change: @escaping @Sendable (inout Command) -> Void
  ) -> FaultyDriver.Change {
    { call, send in
      guard case .syncMap = call else { return send(call) }
      return each(change)(call, send)
    }
  }

  private static let riscv = [
    DriverFault(
      name: "stride-too-large", kernel: .linux7_3, format: .riscv64, driver: "riscv",
      caughtBy: .staleTranslation,
      change: each {
        ($0.stride, $0.count) = ($0.stride * 2, ($0.count + 1) / 2)
      }),
    DriverFault(
      name: "non-leaf-bit-forgotten", kernel: .linux7_3, format: .riscv64, driver: "riscv-nl",
      caughtBy: .tableUseAfterFree, change: each { $0.flags &= ~RISCV.nonLeaf }),
    DriverFault(
      name: "non-leaf-bit-without-the-capability", kernel: .linux7_3, format: .riscv64,
      driver: "riscv", sender: "riscv-nl", caughtBy: .tableUseAfterFree, change: each { _ in }),
    DriverFault(
      name: "range-too-short", kernel: .linux7_3, format: .riscv64, driver: "riscv-s",
      caughtBy: .staleTranslation, orBy: .tableUseAfterFree,
      change: each { if $0.flags & RISCV.range != 0 { $0.operand -= 1 } }),
    DriverFault(
      name: "last-page-forgotten", kernel: .linux7_1, format: .riscv64, driver: "riscv",
      caughtBy: .staleTranslation, change: each { if $0.count > 1 { $0.count -= 1 } }),
    DriverFault(
      name: "freed-tables-ignored", kernel: .linux7_1, format: .riscv64, driver: "riscv",
      caughtBy: .tableUseAfterFree,
      change: { call, send in
        guard case .sync(var gathered) = call else { return send(call) }
        gathered.freesTables = false
        return send(.sync(gathered))
      }),
  ]

  /// Half of the size that a field encodes.
  private static func halve(_ command: inout Command) {
    guard command.flags & AMD.sized != 0 else { return }
    let zero = (~(command.address >> 12)).trailingZeroBitCount + 12
    if zero == 12 {
      command.flags &= ~AMD.sized
    } else {
      command.address &= ~(1 << UInt64(zero - 1))
    }
  }

  private static let amd = [
    DriverFault(
      name: "pde-bit-forgotten", kernel: .linux7_3, format: .amdv1, driver: "amd",
      caughtBy: .tableUseAfterFree, change: each { $0.flags &= ~AMD.pointers }),
    DriverFault(
      name: "size-too-small", kernel: .linux7_3, format: .amdv1, driver: "amd",
      caughtBy: .staleTranslation, orBy: .tableUseAfterFree, change: each(halve)),
    DriverFault(
      name: "map-not-synced", kernel: .linux7_3, format: .amdv1, driver: "amd-np",
      caughtBy: .notPresentCached, change: withoutSyncMap),
    DriverFault(
      name: "pde-bit-forgotten-after-a-map", kernel: .linux7_3, format: .amdv1, driver: "amd-np",
      caughtBy: .notPresentCached, change: afterAMap { $0.flags &= ~AMD.pointers }),
    DriverFault(
      name: "top-changed-without-a-flush", kernel: .linux7_3, format: .amdv1, driver: "amd",
      caughtBy: .notPresentCached, orBy: .tableUseAfterFree,
      change: { call, send in
        if case .changeTop = call { return [] }
        return send(call)
      }),
    DriverFault(
      name: "devices-forgotten", kernel: .linux7_3, format: .amdv1, driver: "amd+ats",
      caughtBy: .staleTranslation, change: without { $0.opcode == AMD.devicePages }),
    DriverFault(
      name: "devices-first", kernel: .linux7_3, format: .amdv1, driver: "amd+ats",
      caughtBy: .staleTranslation, change: { call, send in send(call).reversed() }),
    DriverFault(
      name: "one-page-of-devices", kernel: .linux7_3, format: .amdv1, driver: "amd+ats",
      caughtBy: .staleTranslation,
      change: each { if $0.opcode == AMD.devicePages { $0.flags &= ~AMD.sized } }),
  ]

  private static let vtd = [
    DriverFault(
      name: "hint-although-tables-went", kernel: .linux7_3, format: .vtdss, driver: "vtd",
      caughtBy: .tableUseAfterFree,
      change: each { if $0.flags & VTD.granularity == VTD.granularity { $0.flags |= VTD.hint } }),
    DriverFault(
      name: "hint-although-tables-went, first stage", kernel: .linux7_3, format: .x8664,
      driver: "vtd", caughtBy: .tableUseAfterFree,
      change: each { if $0.flags & VTD.granularity == VTD.granularity { $0.flags |= VTD.hint } }),
    DriverFault(
      name: "mask-too-small", kernel: .linux7_3, format: .vtdss, driver: "vtd",
      caughtBy: .staleTranslation, orBy: .tableUseAfterFree,
      change: each { if $0.operand > 0 { $0.operand -= 1 } }),
    DriverFault(
      name: "mask-above-the-largest", kernel: .linux7_3, format: .vtdss, driver: "vtd+mamv=3",
      sender: "vtd+mamv=63", caughtBy: .staleTranslation, orBy: .tableUseAfterFree,
      change: each { _ in }),
    DriverFault(
      name: "map-not-synced", kernel: .linux7_3, format: .vtdss, driver: "vtd-caching",
      caughtBy: .notPresentCached, change: withoutSyncMap),
    DriverFault(
      name: "hint-set-after-a-map", kernel: .linux7_3, format: .vtdss, driver: "vtd-caching",
      caughtBy: .notPresentCached, change: afterAMap { $0.flags |= VTD.hint }),
    DriverFault(
      name: "devices-forgotten", kernel: .linux7_3, format: .vtdss, driver: "vtd+ats",
      caughtBy: .staleTranslation, change: without { $0.opcode == VTD.device }),
    DriverFault(
      name: "one-page-of-devices", kernel: .linux7_3, format: .vtdss, driver: "vtd+ats",
      caughtBy: .staleTranslation,
      change: each { if $0.opcode == VTD.device { $0.flags &= ~VTD.sized } }),
  ]

  private static let hypervisors = ["shadow", "s390"].map { driver in
    DriverFault(
      name: "last-page-forgotten", kernel: .linux7_3, format: .amdv1, driver: driver,
      caughtBy: .staleTranslation, orBy: .tableUseAfterFree,
      change: { call, send in
        guard case .sync(var gathered) = call, gathered.last > gathered.first + 0x1000 else {
          return send(call)
        }
        gathered.last -= 0x1000
        return send(.sync(gathered))
      })
  }
}
