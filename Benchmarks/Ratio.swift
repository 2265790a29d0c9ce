// SPDX-License-Identifier: GPL-2.0-only

/// One figure of this tree against the same of the base.
struct Ratio: Equatable {
  /// The median of what each round shows by itself. Rounds are taken in pairs, for the two were
  /// run one after the other and from the same seed.
  let median: Double
  /// The lowest and the highest of them: how far noise goes.
  let rounds: ClosedRange<Double>

  /// nil when there is nothing to divide by.
  init?(_ here: Series, over base: Series) {
    let each = Series(values: zip(here.values, base.values).filter { $1 > 0 }.map { $0 / $1 })
    guard let least = each.values.min(), let most = each.values.max(), least > 0 else { return nil }
    median = each.median
    rounds = least...most
  }
}
