// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// One workload on one policy, behind one driver, in one mode.
public struct GridCell: Sendable {
  /// What came of it.
  public enum Outcome: Equatable, Sendable {
    /// It ran, and nothing was found in what was judged.
    case safe
    /// It ran; its driver's hardware has other tables, so what is left in caches says nothing.
    case measured
    /// What was found, at which operation; nil without a file of it.
    case unsafe(reason: String, operation: Int, reproducer: String?)
    /// It cannot be run, in words.
    case absent(String)
  }

  /// The workload's name, or a file's path.
  public var workload: String
  /// What was compared.
  public var policy: Policy
  /// What stood behind the domain.
  public var driver: DriverChoice
  /// As it was typed.
  public var mode: String
  /// The parameter of a sweep, and its value.
  public var parameter: (name: String, value: UInt64)?
  public var outcome: Outcome
  /// What was counted; nothing where it did not run to its end.
  public var counts = LabCounts()
  /// Operations that contract and hardware judged.
  public var judged = 0

  /// The command that shows what is unsafe again, and fails.
  public var check: String?

  /// Whether its counts may be held against others'.
  public var isRanked: Bool { outcome == .safe || outcome == .measured }

  /// Whether it could be run at all.
  public var hasRun: Bool { if case .absent = outcome { false } else { true } }

  /// A word for tables.
  public var status: String {
    switch outcome {
    case .safe: "safe"
    case .measured: "measured"
    case .unsafe: "UNSAFE"
    case .absent: "absent"
    }
  }

  /// Why it is not ranked; nil where it is.
  public var reason: String? {
    switch outcome {
    case .safe, .measured: nil
    case .unsafe(let reason, let operation, _): "\(reason), at operation \(operation)"
    case .absent(let reason): reason
    }
  }

  /// The file that shows what is unsafe.
  public var reproducer: String? {
    if case .unsafe(_, _, let path) = outcome { path } else { nil }
  }
}
