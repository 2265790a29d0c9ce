// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A subject as a user types it, and the revision of `gather_range_pages` to put in force:
/// `S`, `S,gather=R` or `S,listen`, or both.
public struct LaneChoice: Sendable {
  /// A built-in subject or a plug-in, loaded.
  public let subject: Subject
  /// nil: what the domain line says.
  public let gather: GatherRevision?
  /// Whether its host listens.
  public let listens: Bool

  /// Reads what was typed and loads a plug-in; the error says what was expected.
  public init(_ text: String) throws(SubjectError) {
    self = try LaneRequest(text).load()
  }

  fileprivate init(_ subject: Subject, _ gather: GatherRevision?, listens: Bool) {
    self.subject = subject
    self.gather = gather
    self.listens = listens
  }

  /// A lane of its own; with `progress` one that tells its calls there, as lane `number`.
  public func lane(
    telling progress: UnsafeMutablePointer<RunProgress>? = nil, number: Int = 0
  ) -> Lane {
    Lane(subject, gather: gather, listens: listens, progress: progress, number: number)
  }
}

/// What a user types to get a lane, before anything of a plug-in was loaded or run.
public struct LaneRequest: Sendable {
  /// What was typed: what reports call the lane.
  public let label: String
  private let subject: String
  private var gather: GatherRevision?
  private var listens = false
  /// What was built for the subject `kernel:TREE`.
  private let plugin: String?

  /// What follows a subject whose host is to listen.
  static let listening = "listen"

  /// Reads `S`, and what may follow with commas: `gather=R`, `listen`; the error says what was
  /// expected. Builds `kernel:TREE`, so that nothing is built while a lane is waited for.
  public init(_ text: String) throws(SubjectError) {
    label = text
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    subject = parts[0]
    for part in parts.dropFirst() {
      let revision = GatherRevision.allCases.first { "gather=\($0.name)" == part }
      if part == Self.listening, !listens {
        listens = true
      } else if let revision, gather == nil {
        gather = revision
      } else {
        throw Self.fault(text, part)
      }
    }
    plugin = try KernelSubject(subject: subject)?.plugin()
  }

  private static func fault(_ text: String, _ part: String) -> SubjectError {
    let expected = GatherRevision.allCases.map { "\($0.name)" }.joined(separator: ", ")
    return SubjectError(
      description:
        "subject '\(text)': expected \(listening), or gather= and one of \(expected) after the comma,"
        + " found '\(part)'")
  }

  /// Whether a stranger's code has to be loaded for it.
  public var isPlugin: Bool { subject != "swift" && subject != "reference" }

  /// Loads what was asked for.
  public func load() throws(SubjectError) -> LaneChoice {
    guard let plugin else {
      return LaneChoice(try .named(subject), gather, listens: listens)
    }
    return LaneChoice(try .loadPlugin(plugin, as: subject), gather, listens: listens)
  }
}
