// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// The kernel would have stopped.
  public static let noCrash = HardwareProperty(
    "no-crash", "No operation runs away, faults or stops at a check.")
}

extension HardwareJudge {
  /// The operation has crashed: its log says nothing.
  func checkCrashed() { found(.noCrash, "a crash", "the operation has crashed") }
}
