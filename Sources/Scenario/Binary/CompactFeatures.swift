// SPDX-License-Identifier: GPL-2.0-only

/// What a compact configuration says of its features.
struct CompactChoices {
  let isDebug: Bool
  /// Both ways of flushing ranges, where the build takes both. Rare, like the next, since most
  /// formats refuse it or little follows.
  let flushesBothWays: Bool
  /// A space that is used to its last byte, where the format can.
  let usesAllAddresses: Bool
  /// A top that grows, where only the debug build has it.
  let growsAnyTop: Bool
  private let toggles: UInt64

  init(_ build: Build, toggles: UInt64, rarity: UInt64) {
    isDebug = build == .debug
    self.toggles = toggles
    flushesBothWays = rarity == 11 || rarity == 12
    usesAllAddresses = rarity == 12 || rarity == 13
    growsAnyTop = rarity >= 14
  }

  /// A bit of the feature byte.
  subscript(bit: UInt64) -> Bool { toggles.bits(bit, 1) == 1 }
}

extension Format {
  /// The features that a compact configuration asks for; nearly all are accepted.
  func compactFeatures(_ choices: CompactChoices) -> Features {
    facts.compactFeatures(choices).union(flushFeatures(choices))
  }

  private func flushFeatures(_ choices: CompactChoices) -> Features {
    if choices[5] && choices[7] { return [] }
    guard choices.isDebug || facts.flushesEitherWay else { return .flushRange }
    if choices.flushesBothWays { return [.flushRange, .flushRangeNoGaps] }
    return choices[1] ? .flushRangeNoGaps : .flushRange
  }
}
