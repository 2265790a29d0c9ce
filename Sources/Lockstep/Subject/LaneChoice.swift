// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A subject as a user types it, with the revision of `gather_range_pages` and the release to put in
/// force: `S`, then perhaps `,gather=R`, `,kernel=K` and `,ROW=K`.
public struct LaneChoice: Sendable {
  /// A built-in subject or a plug-in, loaded.
  public let subject: Subject
  /// nil: what the domain line says.
  public let gather: GatherRevision?
  /// Empty: what the domain line says.
  public let release: ReleaseChoice

  /// Reads what was typed and loads a plug-in; the error says what was expected.
  public init(_ text: String) throws(SubjectError) {
    self = try LaneRequest(text).load()
  }

  fileprivate init(_ subject: Subject, _ gather: GatherRevision?, _ release: ReleaseChoice) {
    self.subject = subject
    self.gather = gather
    self.release = release
  }

  /// A lane of its own; with `progress` one that tells its calls there, as lane `number`.
  public func lane(
    telling progress: UnsafeMutablePointer<RunProgress>? = nil, number: Int = 0
  ) -> Lane {
    Lane(subject, gather: gather, release: release, progress: progress, number: number)
  }
}

/// What a user types to get a lane, before anything of a plug-in was loaded or run.
public struct LaneRequest: Sendable {
  /// What was typed: what reports call the lane.
  public let label: String
  private let subject: String
  private let gather: GatherRevision?
  private let release: ReleaseChoice
  /// What was built for the subject `kernel:TREE`.
  private let plugin: String?

  /// Reads `S` and what follows it after commas; the error says what was expected. Builds
  /// `kernel:TREE`, so that nothing is built while a lane is waited for.
  public init(_ text: String) throws(SubjectError) {
    label = text
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    var release = ReleaseChoice()
    var revision: GatherRevision?
    for part in parts.dropFirst() {
      if revision == nil,
        let found = GatherRevision.allCases.first(where: { "gather=\($0.name)" == part })
      {
        revision = found
      } else if !release.read(part) {
        throw SubjectError(
          description:
            "subject '\(text)': expected gather= and one of \(Self.revisions) after the comma,"
            + " or \(ReleaseChoice.expected), each once, found '\(part)'")
      }
    }
    subject = String(parts[0])
    gather = revision
    self.release = release
    plugin = try KernelSubject(subject: subject)?.plugin()
  }

  private static let revisions =
    GatherRevision.allCases.map { "\($0.name)" }.joined(separator: ", ")

  /// Whether a stranger's code has to be loaded for it.
  public var isPlugin: Bool { subject != "swift" && subject != "reference" }

  /// Loads what was asked for.
  public func load() throws(SubjectError) -> LaneChoice {
    guard let plugin else { return LaneChoice(try .named(subject), gather, release) }
    return LaneChoice(try .loadPlugin(plugin, as: subject), gather, release)
  }
}
