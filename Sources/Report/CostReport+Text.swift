// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension CostReport {
  /// The driver, and each meter in a line of its own.
  public var text: String {
    let names = counts.map(\.name.count).max() ?? 0
    let values = counts.map { "\($0.value)".count }.max() ?? 0
    let lines = counts.map { count in
      let name = count.name + String(repeating: " ", count: names - count.name.count)
      let value = "\(count.value)"
      let gap = String(repeating: " ", count: values - value.count)
      return "    \(name)  \(gap)\(value) \(count.unit)"
    }
    return (["  costs behind \(driver):"] + lines).joined(separator: "\n")
  }
}
