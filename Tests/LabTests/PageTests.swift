// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lab
import Testing

/// What the documents list is what there is.
@Suite struct PageTests {
  private func page(_ name: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try String(
      contentsOf: root.appendingPathComponent("Documentation/\(name)"), encoding: .utf8)
  }

  @Test func everyMeterIsDefinedOnItsPage() throws {
    let text = try page("compare.md")
    for meter in LabMeter.all + [.unmapInstructions] {
      #expect(text.contains("| `\(meter.name)` | \(meter.unit) | \(meter.definition) |"))
    }
  }

  @Test func everyParameterIsOnItsWorkloadsPage() throws {
    for kind in WorkloadKind.allCases {
      let text = try page("workloads/\(kind.rawValue).md")
      for parameter in kind.parameters {
        #expect(text.contains("`\(parameter.name)`"), "\(kind.rawValue): \(parameter.name)")
      }
    }
  }

  private static let tables = ["bare-metal", "soc", "virtual"]

  @Test(arguments: tables) func aCostTableCanBeRead(_ name: String) throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    var costs = CostTable()
    try costs.read(path: root.appendingPathComponent("Documentation/costs/\(name).txt").path)
    #expect(!costs.isEmpty)
    #expect(try page("costs/README.md").contains("| `\(name).txt` |"))
  }

  @Test(arguments: tables) func eachNumberOfACostTableSaysWhereItIsFrom(_ name: String) throws {
    var says = false
    var isComment = false
    for line in try page("costs/\(name).txt").split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      if line.hasPrefix("#") {
        // A comment begins anew.
        if !isComment { says = line.hasPrefix("# Source") || line.hasPrefix("# Assumed") }
      } else if !line.isEmpty {
        #expect(says, "\(line)")
      }
      isComment = line.hasPrefix("#")
    }
  }
}
