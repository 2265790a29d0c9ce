// SPDX-License-Identifier: GPL-2.0-only

/// The lane that an oracle judges, reached without counting references to it: oracles are asked of nearly
/// every operation. Valid as long as its engine holds it.
struct JudgedLane {
  private var lane: Unmanaged<ObservedLane>?

  /// Chosen when a scenario begins.
  mutating func choose(_ lane: ObservedLane) { self.lane = .passUnretained(lane) }

  @inline(__always)
  func with<Result>(_ body: (ObservedLane) -> Result) -> Result {
    lane!._withUnsafeGuaranteedRef(body)
  }
}
