// SPDX-License-Identifier: GPL-2.0-only
import Hardware

/// What was counted behind one driver, as it is told.
public struct CostReport: Codable, Equatable, Sendable {
  /// One number.
  public struct Count: Codable, Equatable, Sendable {
    /// The meter, what one is, and how many.
    public var name: String
    public var unit: String
    public var value: UInt64
  }

  /// The driver.
  public var driver: String
  /// Every meter.
  public var counts: [Count]
  /// Buffers that went back to their driver while the device might still reach them, in a sentence; nil
  /// where there were none.
  public var window: String?

  init(_ costs: DriverCosts) {
    driver = costs.driver
    counts = CostMeter.all.map {
      Count(name: $0.name, unit: $0.unit, value: $0.value(costs.costs))
    }
    let window = costs.costs.window
    guard window.ranges > 0 else { return }
    self.window =
      "\(window.ranges) ranges of \(window.bytes) bytes, at most \(window.longest) ms,"
      + " \(window.byteMilliseconds) byte-ms"
  }

  /// The meters, a line each: name, unit and what is counted.
  public static var definitions: [String] {
    CostMeter.all.map { "\($0.name) (\($0.unit)): \($0.definition)" }
  }
}

extension Judging {
  /// What was counted, a driver each.
  public var costReports: [CostReport] { costs.map(CostReport.init) }
}
