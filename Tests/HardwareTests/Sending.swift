// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

extension Driver {
  /// The commands of one call, as reports show them.
  func texts(_ call: DriverCall) -> [String] {
    let list = CommandList()
    send(call, to: list)
    return list.commands.map(text(of:))
  }

  /// What the commands of one call are sure to remove.
  func reaches(_ call: DriverCall) -> [Reach] {
    let list = CommandList()
    send(call, to: list)
    return list.commands.map(reach(of:))
  }
}

extension DriverCall {
  /// A sync of what was unmapped at these addresses, both inclusive.
  static func sync(
    _ first: UInt64, _ last: UInt64, leaves: UInt8 = 0, tables: UInt8 = 0, frees: Bool = false
  ) -> DriverCall {
    .sync(
      Gathered(
        first: first, last: last, leafLevels: leaves, tableLevels: tables, freesTables: frees))
  }
}

extension Reach {
  /// Whether a cached leaf of these addresses, both inclusive, is sure to go.
  func removesLeaf(_ leaf: ClosedRange<UInt64>) -> Bool {
    if isEverything { return true }
    let meets = leaf.overlaps(first...last)
    switch leaves {
    case .none: return false
    case .touching: return meets
    case .within: return first <= leaf.lowerBound && leaf.upperBound <= last
    case .holdingAddress:
      guard meets else { return false }
      if leaf.contains(first) { return true }
      let next = (leaf.lowerBound - first + stride - 1) / stride * stride + first
      return leaf.contains(next) && next <= last
    }
  }
}
