// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

/// What a review measured, as `--json` prints it; figures are BASE, then HEAD.
struct CostsJSON: Encodable {
  struct Row: Encodable {
    var name: String
    var phase: String
    var nanoseconds: [Double?]
    var instructions: [Double?]
  }

  var rows: [Row]
  var workload: [WorkloadCount]?
  var notDone: [String]

  init(_ costs: ReviewCosts) {
    rows = costs.rows.map {
      Row(
        name: $0.name, phase: $0.phase.rawValue, nanoseconds: $0.times,
        instructions: $0.instructions)
    }
    workload = costs.workload
    notDone = costs.notDone
  }
}
