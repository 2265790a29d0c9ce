// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A change of the kernel's that scenarios can show, with the smallest scenario that does.
public struct KernelChange: Sendable {
  /// How one side gets the code from before the change, and another that from after it.
  public enum Means: Equatable, Sendable {
    /// A row of the tables of behaviours: one release against the one before.
    case row(KernelRow)
    /// Two revisions of `gather_range_pages()`.
    case gather(older: GatherRevision, newer: GatherRevision)
    /// A patch of `Fuzz/Faults` with the change's name, built into a plug-in, is the code before it.
    case fault
  }

  /// The row's name, `gather=R` or the patch's name: each is there once.
  public let name: String
  public let means: Means
  /// What the change did, a sentence or two of Markdown without a line end.
  public let summary: String
  /// The smallest scenario in which the two sides differ, as canonical text.
  public let text: String

  init(_ name: String, _ means: Means, _ summary: String, _ text: String) {
    self.name = name
    self.means = means
    self.summary = summary
    self.text = text
  }

  /// The scenario of ``text``.
  public var scenario: Scenario {
    get throws(ScenarioError) {
      try readScenarios(bytes: Array(text.utf8), name: name)[0].scenario
    }
  }

  /// What a reader calls the code before the change: a release, a revision, or the fault.
  public var before: String {
    switch means {
    case .row(let row): "\(row.changed.previous.name)"
    case .gather(let older, _): "\(older.name)"
    case .fault: "before"
    }
  }

  /// What a reader calls the code after it.
  public var after: String {
    switch means {
    case .row(let row): "\(row.changed.name)"
    case .gather(_, let newer): "\(newer.name)"
    case .fault: "after"
    }
  }

  /// The two sides as a user types them.
  public struct Sides: Equatable, Sendable {
    /// The side before the change.
    public var older: String
    /// The side after it.
    public var newer: String
  }

  /// `subject` before and after the change: for a row the whole releases. `plugins` is the folder of
  /// the plug-ins that `Fuzz/fault-plugin` built; nil where one is needed and there is no such folder.
  public func sides(of subject: String, plugins: String?) -> Sides? {
    switch means {
    case .row(let row):
      Sides(
        older: "\(subject),kernel=\(row.changed.previous.name)",
        newer: "\(subject),kernel=\(row.changed.name)")
    case .gather(let older, let newer):
      Sides(older: "\(subject),gather=\(older.name)", newer: "\(subject),gather=\(newer.name)")
    case .fault: plugins.map { Sides(older: "\($0)/\(name).so", newer: subject) }
    }
  }

  /// The same with nothing else between the two: of a row's two releases the newer one, on one side
  /// with this row as the older one has it. This is what a fuzzer is given.
  public func isolatedSides(of subject: String, plugins: String?) -> Sides? {
    guard case .row(let row) = means else { return sides(of: subject, plugins: plugins) }
    let newer = "\(subject),kernel=\(row.changed.name)"
    return Sides(older: "\(newer),\(row.name)=\(row.changed.previous.name)", newer: newer)
  }
}

extension Kernel {
  /// The release before; the first one's is itself.
  fileprivate var previous: Kernel { Kernel(rawValue: rawValue - 1) ?? self }
}
