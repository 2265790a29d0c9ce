// SPDX-License-Identifier: GPL-2.0-only
import Hardware

extension Engine {
  /// What was counted behind drivers.
  public var costs: [DriverCosts] {
    var sum: [DriverCosts] = []
    for costs in oracles.flatMap(\.costs) { sum.add(costs.costs, behind: costs.driver) }
    return sum
  }
}
