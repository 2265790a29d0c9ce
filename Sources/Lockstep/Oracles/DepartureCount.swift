// SPDX-License-Identifier: GPL-2.0-only

/// Departures that were seen, by name, and those that are forbidden. They are met in nearly every
/// scenario, so they are counted by number.
struct DepartureCount {
  private let names: [String]
  private var counts: [Int]
  private let isForbidden: [Bool]

  /// Those that have these names, of which `forbidden` turns some into findings; `all` stands for
  /// every name.
  init(_ names: [String], forbidden: Set<String>) {
    self.names = names
    counts = Array(repeating: 0, count: names.count)
    isForbidden = names.map { forbidden.contains($0) || forbidden.contains("all") }
  }

  /// Whether any of them is a finding.
  var forbidsAny: Bool { isForbidden.contains(true) }

  /// Counts one more, by its name's place.
  mutating func count(_ index: Int) { counts[index] += 1 }

  /// Counts one more, by its name's place, and judges it: found where it is forbidden. `lane` is the
  /// subject's number.
  mutating func judge(_ index: Int, of observed: ObservedLane, lane: Int) -> Judgement {
    count(index)
    guard isForbidden[index] else { return .kept }
    return .found(
      Fault(
        "departure \(names[index])", .departure(subject: observed.lane.label, name: names[index]),
        lane: lane))
  }

  /// Those that were seen, in the order of their names.
  var list: [(name: String, count: Int)] {
    zip(names, counts).filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }.map { ($0.0, $0.1) }
  }
}
