// SPDX-License-Identifier: GPL-2.0-only

/// Counts how often each side of a review did not return in time: a review waits for that a few times
/// and not for hours.
public final class HangCount {
  /// As often a side is waited for.
  public static let patience = 3

  private var counts = [0, 0]

  /// Nothing so far.
  public init() {}

  /// Looks at all that `judge` finds. `side`: 0 is the older version and 1 the newer one; nil: a finding
  /// says it.
  public func listen(to judge: any ScenarioJudge, side: Int?) {
    judge.onFinding = { [self] finding in
      if finding.isHang { counts[min(1, side ?? finding.faultyLane ?? 1)] += 1 }
    }
  }

  /// How often either of them did not return.
  public var total: Int { counts[0] + counts[1] }

  /// The side that is not waited for any more; nil while both are.
  public var lostSide: Int? { counts.firstIndex { $0 >= Self.patience } }
}

extension Finding {
  /// Whether the subject did not return in time.
  var isHang: Bool {
    guard case .process(let fatality) = evidence, case .limit = fatality.end else { return false }
    return true
  }
}
