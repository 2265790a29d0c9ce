// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A subject as a user types it, with the revision of `gather_range_pages` and the release to put in
/// force: `S`, then perhaps `,gather=R`, `,kernel=K`, `,ROW=K`, `,listen` and
/// `,skew`.
public struct LaneChoice: Sendable {
  /// A built-in subject or a plug-in, loaded.
  public let subject: Subject
  /// nil: what the domain line says.
  public let gather: GatherRevision?
  /// Empty: what the domain line says.
  public let release: ReleaseChoice
  /// What is unusual of its host.
  public let host: HostManner

  /// Reads what was typed and loads a plug-in; the error says what was expected.
  public init(_ text: String) throws(SubjectError) {
    self = try LaneRequest(text).load()
  }

  fileprivate init(
    _ subject: Subject, _ gather: GatherRevision?, _ release: ReleaseChoice,
    host: HostManner
  ) {
    self.subject = subject
    self.gather = gather
    self.release = release
    self.host = host
  }

  /// A lane of its own; with `progress` one that tells its calls there, as lane `number`. `lends` as in
  /// ``Lane``.
  public func lane(
    telling progress: UnsafeMutablePointer<RunProgress>? = nil, number: Int = 0, lends: Bool = true
  ) -> Lane {
    Lane(
      subject, gather: gather, release: release, host: host, lends: lends, progress: progress,
      number: number)
  }
}

/// What a user types to get a lane, before anything of a plug-in was loaded or run.
public struct LaneRequest: Sendable {
  /// What was typed: what reports call the lane.
  public let label: String
  /// The subject in it, without what follows after a comma.
  public let subject: String
  private let gather: GatherRevision?
  private let release: ReleaseChoice
  /// What is to be unusual of its host.
  public let host: HostManner
  /// What was built for the subject `kernel:TREE`.
  private var plugin: String?

  /// Reads `S` and what follows it after commas; the error says what was expected. Builds
  /// `kernel:TREE`, so that nothing is built while a lane is waited for.
  public init(_ text: String) throws(SubjectError) {
    label = text
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    var release = ReleaseChoice()
    var revision: GatherRevision?
    var host: HostManner = []
    for part in parts.dropFirst() {
      if revision == nil,
        let found = GatherRevision.allCases.first(where: { "gather=\($0.name)" == part })
      {
        revision = found
      } else if let manner = HostManner(named: part), host.isDisjoint(with: manner) {
        host.formUnion(manner)
      } else if !release.read(part) {
        throw SubjectError(
          description:
            "subject '\(text)': expected gather= and one of \(Self.revisions) after the comma,"
            + " or \(ReleaseChoice.expected), each once, or \(HostManner.expected), found '\(part)'"
        )
      }
    }
    subject = String(parts[0])
    gather = revision
    self.release = release
    self.host = host
    plugin = try KernelSubject(subject: subject)?.plugin()
  }

  private static let revisions =
    GatherRevision.allCases.map { "\($0.name)" }.joined(separator: ", ")

  /// Whether a stranger's code has to be loaded for it.
  public var isPlugin: Bool { subject != "swift" && subject != "reference" }

  /// The domain in the release that the lane has in force whatever the file says.
  public func meant(_ domain: DomainConfiguration) -> DomainConfiguration {
    guard !release.isEmpty else { return domain }
    var configuration = Scenario(domain: domain).loweredConfiguration
    release.apply(to: &configuration)
    return DomainConfiguration(configuration, driver: domain.driver)
  }

  /// The same lane with another build of its kernel tree's code.
  func running(_ plugin: String) -> LaneRequest {
    var request = self
    request.plugin = plugin
    return request
  }

  /// The shared object that is loaded for it, and what follows the subject; nil for a built-in one.
  public var loaded: (file: String, suffix: String)? {
    guard isPlugin else { return nil }
    return (plugin ?? subject, String(label.dropFirst(subject.count)))
  }

  /// The kernel tree whose code it is; nil for another kind of subject.
  public var kernel: KernelSubject? { KernelSubject(subject: subject) }

  /// Loads what was asked for.
  public func load() throws(SubjectError) -> LaneChoice {
    guard let plugin else {
      return LaneChoice(try .named(subject), gather, release, host: host)
    }
    return LaneChoice(try .loadPlugin(plugin, as: subject), gather, release, host: host)
  }
}
