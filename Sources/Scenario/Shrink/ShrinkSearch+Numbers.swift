// SPDX-License-Identifier: GPL-2.0-only

// Passes that make numbers smaller.

extension ShrinkSearch {
  /// Makes the numbers of one role smaller: shifted together, then equal ones together, then one by
  /// one.
  mutating func simplifyNumbers(_ role: NumberRole) {
    if role == .iova || role == .pa { closeGaps(role) }
    let counts = best.numbers(role).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    for (value, _) in counts.sorted(by: { $0.key > $1.key }) {
      lower(value, role) { scenario, old, new in
        scenario.replacing(role) { _, number in number == old ? new : number }
      }
    }
    for (place, value) in best.numbers(role).enumerated() where counts[value] != 1 {
      lower(value, role) { scenario, _, new in
        scenario.replacing(role) { $0 == place ? new : $1 }
      }
    }
  }

  /// Shifts all addresses from one on towards the address before it (the lowest towards 0), so that
  /// what lies together stays together.
  private mutating func closeGaps(_ role: NumberRole) {
    var previous: UInt64 = 0
    var index = 0
    while true {
      let values = Set(best.numbers(role)).sorted()
      guard index < values.count else { return }
      lower(values[index], to: previous, role) { scenario, old, new in
        scenario.replacing(role) { _, number in number >= old ? number - (old - new) : number }
      }
      let after = Set(best.numbers(role)).sorted()
      // Two addresses that became one leave the next at this index.
      if after.count == values.count { index += 1 }
      previous = after[max(index, 1) - 1]
    }
  }

  private mutating func lower(
    _ value: UInt64, _ role: NumberRole,
    _ candidate: (_ scenario: Scenario, _ old: UInt64, _ new: UInt64) -> Scenario
  ) {
    lower(value, to: role.floor(for: value), role, candidate)
  }

  /// Lowers a number to `floor`, or else by ever smaller powers of two.
  private mutating func lower(
    _ start: UInt64, to floor: UInt64, _ role: NumberRole,
    _ candidate: (_ scenario: Scenario, _ old: UInt64, _ new: UInt64) -> Scenario
  ) {
    guard start > floor, !isOver else { return }
    if attempt(candidate(best, start, floor)) { return }
    let unit = role.unit(for: start)
    var value = start
    var step = UInt64(1) << UInt64(63 - (start - floor).leadingZeroBitCount)
    while step >= unit {
      if value - floor >= step, attempt(candidate(best, value, value - step)) { value -= step }
      step >>= 1
    }
  }
}
