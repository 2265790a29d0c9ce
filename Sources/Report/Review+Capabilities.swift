// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension Review {
  /// What the two say that they can do, and what became of scenarios for it.
  var capabilityLines: [String] {
    capabilities.lost.map { "only \(base): \($0)" }
      + capabilities.gained.map { "only \(head): \($0)" }
      + (capabilities.count == 0 ? ["both say the same"] : [])
      + capabilities.notes + narrowed
  }

  /// A result for KTAP of each that only one has.
  var capabilityResults: [(passes: Bool, text: String)] {
    let changes =
      capabilities.lost.map { "capability lost: \($0)" }
      + capabilities.gained.map { "capability gained: \($0)" }
    return changes.map { (false, $0.withoutDirectives) }
  }

  /// For the last line; empty when both can do the same.
  var capabilitySummary: String {
    capabilities.count == 0 ? "" : ", \(capabilities.count) in what they can do"
  }
}

extension ReviewJSON {
  /// What only one of the two says that it can do.
  struct Capabilities: Encodable {
    var lost: [String]
    var gained: [String]
    var notes: [String]
    var scenarios: [String]

    init(_ review: Review) {
      lost = review.capabilities.lost
      gained = review.capabilities.gained
      notes = review.capabilities.notes
      scenarios = review.narrowed
    }
  }
}
