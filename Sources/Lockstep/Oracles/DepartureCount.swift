// SPDX-License-Identifier: GPL-2.0-only

/// Departures that were seen, by name, and those that are forbidden.
struct DepartureCount {
  private var counts: [String: Int] = [:]
  /// Names that turn a departure into a finding; `all` stands for every name.
  private let forbidden: Set<String>

  init(forbidden: Set<String>) { self.forbidden = forbidden }

  /// Counts one more, and judges it: found where it is forbidden. `lane` is the subject's number.
  mutating func judge(_ name: String, of observed: ObservedLane, lane: Int) -> Judgement {
    counts[name, default: 0] += 1
    guard forbidden.contains(name) || forbidden.contains("all") else { return .kept }
    return .found(
      Fault(
        "departure \(name)", .departure(subject: observed.lane.label, name: name), lane: lane))
  }

  /// In the order of their names.
  var list: [(name: String, count: Int)] {
    counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
