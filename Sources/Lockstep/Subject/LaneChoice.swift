// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A subject as a user types it, and the revision of `gather_range_pages` to put in force:
/// `S` or `S,gather=R`.
public struct LaneChoice: Sendable {
  /// A built-in subject or a plug-in, loaded.
  public let subject: Subject
  /// nil: what the domain line says.
  public let gather: GatherRevision?

  /// Reads what was typed and loads a plug-in; the error says what was expected.
  public init(_ text: String) throws(SubjectError) {
    self = try LaneRequest(text).load()
  }

  fileprivate init(_ subject: Subject, _ gather: GatherRevision?) {
    self.subject = subject
    self.gather = gather
  }

  /// A lane of its own; with `progress` one that tells its calls there, as lane `number`.
  public func lane(
    telling progress: UnsafeMutablePointer<RunProgress>? = nil, number: Int = 0
  ) -> Lane {
    Lane(subject, gather: gather, progress: progress, number: number)
  }
}

/// What a user types to get a lane, before anything of a plug-in was loaded or run.
public struct LaneRequest: Sendable {
  /// What was typed: what reports call the lane.
  public let label: String
  private let subject: String
  private let gather: GatherRevision?
  /// What was built for the subject `kernel:TREE`.
  private let plugin: String?

  /// Reads `S` or `S,gather=R`; the error says what was expected. Builds `kernel:TREE`, so that
  /// nothing is built while a lane is waited for.
  public init(_ text: String) throws(SubjectError) {
    label = text
    let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    subject = String(parts[0])
    gather = try parts.count == 2 ? Self.revision(parts[1], of: text) : nil
    plugin = try KernelSubject(subject: subject)?.plugin()
  }

  private static func revision(
    _ option: Substring, of text: String
  ) throws(SubjectError) -> GatherRevision {
    let expected = GatherRevision.allCases.map { "\($0.name)" }.joined(separator: ", ")
    let revision = GatherRevision.allCases.first { "gather=\($0.name)" == option }
    guard let revision else {
      throw SubjectError(
        description:
          "subject '\(text)': expected gather= and one of \(expected) after the comma,"
          + " found '\(option)'")
    }
    return revision
  }

  /// Whether a stranger's code has to be loaded for it.
  public var isPlugin: Bool { subject != "swift" && subject != "reference" }

  /// Loads what was asked for.
  public func load() throws(SubjectError) -> LaneChoice {
    guard let plugin else { return LaneChoice(try .named(subject), gather) }
    return LaneChoice(try .loadPlugin(plugin, as: subject), gather)
  }
}
