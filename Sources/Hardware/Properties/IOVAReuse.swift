// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// An IOVA has a new owner while the old one's leaf may be cached.
  public static let iovaReuse = HardwareProperty(
    "iova-reuse", "What is handed out may be cached no more from its last owner's time.")
}

extension HardwareJudge {
  /// A range is handed out.
  func checkCachedWhenHandedOut(_ first: UInt64, _ last: UInt64) {
    guard let entry = staleLeaf(first, last) else { return }
    found(
      .iovaReuse, "handed out", "\(hex(first)) to \(hex(last)) was handed out: \(describe(entry))",
      of: entry)
  }
}
