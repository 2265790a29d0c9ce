// SPDX-License-Identifier: GPL-2.0-only

/// Where in a scenario something happened.
public enum Place: Equatable, Sendable {
  /// While the domain was opened.
  case domain
  /// At the operation of this index, counted from 0.
  case operation(Int)
  /// After the last operation that was run.
  case end
}

/// How two lanes differ.
public enum Difference: Equatable, Sendable {
  /// One was done, crashed or failed where the other was not.
  case status
  /// Their records differ.
  case events
  /// Their tables' words differ at this physical address.
  case word(pa: UInt64)
}

/// What came of running one scenario.
public enum Outcome: Equatable, Sendable {
  /// Every lane did the same; `operations` were run.
  case agreed(operations: Int)
  /// `lane` differs from lane 0.
  case diverged(Place, lane: Int, Difference)
  /// A lane cannot do what was asked.
  case refused(Place, lane: Int)
  /// A lane broke the ABI's rules.
  case misused(Place, lane: Int, Misuse)
}
