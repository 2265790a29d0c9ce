// SPDX-License-Identifier: GPL-2.0-only

extension DriverChoice {
  /// A driver for a scenario, or nil, three times in four: every other one of a make that has such
  /// tables, the others any. What it is depends on `seed` alone, so that everything else that a
  /// generator makes stays as it is without it.
  static func random(for format: Format, seed: UInt64) -> DriverChoice? {
    var random = SeededRandom(seed: seed)
    guard random.oneIn(4) else { return nil }
    let makers: [DriverName] = random.oneIn(2) ? makers(of: format) : DriverName.allCases
    return choice(of: makers[random.below(makers.count)], &random)
  }

  /// Any driver.
  static func random(_ random: inout SeededRandom) -> DriverChoice {
    choice(of: DriverName.allCases[random.below(DriverName.allCases.count)], &random)
  }

  /// With options as chance has it: masks that ranges of scenarios reach, mostly.
  private static func choice(
    of name: DriverName, _ random: inout SeededRandom
  ) -> DriverChoice {
    let mask: UInt8? =
      switch random.below(4) {
      case 0: UInt8(random.below(10))
      case 1: UInt8(random.below(64))
      default: nil
      }
    return DriverChoice(name, largestMask: mask, hasATS: random.oneIn(2))
  }

  /// Those of hardware that has such tables.
  private static func makers(of format: Format) -> [DriverName] {
    switch format {
    case .riscv64: [.riscv, .riscvNonLeaf, .riscvRanges, .riscvNonLeafRanges]
    case .amdv1: [.amd, .amdNpCache]
    case .vtdss: [.vtd, .vtdCaching]
    case .x8664: [.vtd, .vtdCaching, .amd, .amdNpCache]
    default: DriverName.allCases
    }
  }
}
