// SPDX-License-Identifier: GPL-2.0-only

/// The feature byte of a compact configuration.
struct CompactToggles {
  private let byte: UInt64
  init(_ byte: UInt64) { self.byte = byte }
  subscript(bit: UInt64) -> Bool { byte.bits(bit, 1) == 1 }
}

/// Features that few configurations have, since most formats refuse them or little follows.
struct CompactRarity {
  /// Both ways of flushing ranges, where the build takes both.
  let flushesBothWays: Bool
  /// A space that is used to its last byte, where the format can.
  let usesAllAddresses: Bool
  /// A VT-d top that grows, in the debug build.
  let growsAnyTop: Bool

  init(_ index: UInt64) {
    flushesBothWays = index == 11 || index == 12
    usesAllAddresses = index == 12 || index == 13
    growsAnyTop = index >= 14
  }
}

/// The features that a compact configuration asks for; nearly all are accepted.
func knownFeatures(
  _ format: Format, _ build: Build, _ toggles: CompactToggles, _ rarity: CompactRarity
) -> Features {
  let isDebug = build == .debug
  var features = flushFeatures(format, isDebug, toggles, rarity)
  switch format {
  case .riscv64:
    if !toggles[4] { features.insert(.signExtend) }
    if toggles[2] { features.insert(.riscvSvnapot64k) }
  case .amdv1:
    if !(isDebug && toggles[5]) { features.insert(.dynamicTop) }
    if !(isDebug && toggles[2]) { features.insert(.amdv1EncryptTables) }
    if !(isDebug && toggles[3]) { features.insert(.amdv1ForceCoherence) }
    if rarity.usesAllAddresses { features.insert(.fullVA) }
  case .vtdss:
    if toggles[0] { features.insert(.dmaIncoherent) }
    if toggles[2] { features.insert(.vtdssForceCoherence) }
    if toggles[3] { features.insert(.vtdssForceWriteable) }
    if isDebug, rarity.usesAllAddresses { features.insert(.fullVA) }
    if isDebug, rarity.growsAnyTop { features.insert(.dynamicTop) }
  case .x8664:
    if toggles[0] { features.insert(.dmaIncoherent) }
    if !toggles[4] { features.insert(.signExtend) }
    if toggles[2] { features.insert(.x8664AMDEncryptTables) }
  }
  return features
}

private func flushFeatures(
  _ format: Format, _ isDebug: Bool, _ toggles: CompactToggles, _ rarity: CompactRarity
) -> Features {
  if toggles[5] && toggles[7] { return [] }
  guard isDebug || format == .amdv1 || format == .x8664 else { return .flushRange }
  if rarity.flushesBothWays { return [.flushRange, .flushRangeNoGaps] }
  return toggles[1] ? .flushRangeNoGaps : .flushRange
}
