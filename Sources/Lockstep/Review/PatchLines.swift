// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Whether a change to a kernel tree was run at all: its lines, which of them were executed, and by
/// what.
public struct PatchLines: Sendable {
  /// What became of a line.
  public enum Fate: Equatable, Sendable {
    /// A scenario ran it: its index in ``PatchLines/scenarios``.
    case executed(Int)
    case notExecuted
    /// There is no code of it: a comment, a declaration, a macro, or a function that is not compiled
    /// here.
    case noCode
  }

  /// Lines that stand together and have the same fate.
  public struct Stretch: Equatable, Sendable {
    /// A path in the tree.
    public var file: String
    /// Both ends are in it; counted from 1.
    public var lines: ClosedRange<Int>
    /// What became of all of them.
    public var fate: Fate
  }

  /// Lines that the newer version has instead of others, or that are new in it.
  public internal(set) var added: [Stretch] = []
  /// Lines of the older version in whose place the newer one has none, as the older one ran them.
  public internal(set) var removed: [Stretch] = []
  /// Few scenarios that ran all lines that were executed.
  public internal(set) var scenarios: [Scenario] = []
  /// Files of drivers/iommu that the change touches and that are not compiled here.
  public internal(set) var others: [String] = []

  /// How many lines of some stretches came to such an end.
  public static func count(_ stretches: [Stretch], _ isWanted: (Fate) -> Bool) -> Int {
    stretches.reduce(0) { $0 + (isWanted($1.fate) ? $1.lines.count : 0) }
  }
}
