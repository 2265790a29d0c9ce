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
    let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      subject = try Subject.named(text)
      gather = nil
      return
    }
    let expected = GatherRevision.allCases.map { "\($0.name)" }.joined(separator: ", ")
    let revision = GatherRevision.allCases.first { "gather=\($0.name)" == parts[1] }
    guard let revision else {
      throw SubjectError(
        description:
          "subject '\(text)': expected gather= and one of \(expected) after the comma,"
          + " found '\(parts[1])'")
    }
    subject = try Subject.named(String(parts[0]))
    gather = revision
  }

  /// A lane of its own.
  public func lane() -> Lane { Lane(subject, gather: gather) }
}
