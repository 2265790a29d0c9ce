// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension KernelHistory {
  /// The table and the sections of Documentation/history.md.
  public static func markdown(_ reports: [ChangeReport]) -> String {
    let head = [
      [
        "change", "", "what it did", "contract before", "contract after", "executions", "s",
        "found",
      ],
      ["---", "---", "---", "---", "---", "---:", "---:", "---:"],
    ]
    let table = (head + reports.map(\.cells)).map { "| \($0.joined(separator: " | ")) |" }
    return (table + [""] + reports.map(\.section)).joined(separator: "\n")
  }
}
