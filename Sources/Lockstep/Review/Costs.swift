// SPDX-License-Identifier: GPL-2.0-only

/// What two versions of some code cost, in one run.
public struct ReviewCosts: Sendable {
  /// One phase of one of the bench's rows. Base, then head; nil: not measured.
  public struct Row: Sendable {
    /// The row's name.
    public var name: String
    /// What is called.
    public var phase: RowPhase
    /// Nanoseconds of one call, the best batch.
    public var times: [Double?]
    /// Of one call.
    public var instructions: [Double?]
  }

  /// In the order of the bench.
  public var rows: [Row] = []
  /// What the generated scenarios came to, base and head; nil: not counted.
  public var workload: [WorkloadCount]?
  /// What could not be measured, a sentence each.
  public var notDone: [String] = []

  /// Nothing yet.
  public init() {}

  /// Over all rows with a figure on both sides, head over base; nil without any.
  public func mean(of phase: RowPhase, _ figures: KeyPath<Row, [Double?]>) -> Double? {
    let ratios = rows.filter { $0.phase == phase }.compactMap { row in
      Self.ratio(row[keyPath: figures])
    }
    return geometricMean(ratios)
  }

  /// Head over base; nil when one of them was not measured.
  public static func ratio(_ figures: [Double?]) -> Double? {
    guard figures.count == 2, let base = figures[0], let head = figures[1], base > 0 else {
      return nil
    }
    return head / base
  }
}
