// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// nil of nothing.
func geometricMean(_ ratios: [Double]) -> Double? {
  guard !ratios.isEmpty else { return nil }
  return exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
}
