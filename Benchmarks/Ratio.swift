// SPDX-License-Identifier: GPL-2.0-only

/// One figure of this tree against the same of the base.
struct Ratio: Equatable {
  /// Median of this tree's rounds over the median of the base's.
  let medians: Double
  /// The lowest and the highest that one round by itself shows: how far noise goes. Rounds are
  /// taken in pairs, for they were run one after the other.
  let rounds: ClosedRange<Double>

  /// nil when there is nothing to divide by.
  init?(_ here: Series, over base: Series) {
    guard base.median > 0, here.median > 0 else { return nil }
    medians = here.median / base.median
    let each = zip(here.values, base.values).filter { $1 > 0 }.map { $0 / $1 }
    guard let least = each.min(), let most = each.max() else { return nil }
    rounds = least...most
  }
}
