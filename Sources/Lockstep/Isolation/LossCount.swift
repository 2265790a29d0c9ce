// SPDX-License-Identifier: GPL-2.0-only

/// Processes that were lost in a sweep, one that did not return counted ten times: every one takes
/// time.
public struct LossCount: Sendable {
  private var count = 0
  private static let bearable = 100

  /// None.
  public init() {}

  /// Whether the sweep should be given up.
  public var isTooMuch: Bool { count >= Self.bearable }

  mutating func add(_ end: ChildProcess.End) { count += end == .overLimit ? 10 : 1 }
}
