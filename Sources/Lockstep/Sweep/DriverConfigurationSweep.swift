// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// Opens a domain with everything that the kernel's drivers can ask a format for: is any hardware left
/// without paging domains?
public final class DriverConfigurationSweep {
  /// What was tried so far.
  public private(set) var requests = 0
  /// What could not be opened, or broke a rule of the subject ABI.
  public private(set) var findings = 0
  /// What the subject went through; what it refuses was not tried.
  public var tally: RunTally { judge.tally }
  /// Given the text of each finding, with line ends.
  public var onFinding: (String) -> Void = { _ in }

  private let judge: any ScenarioJudge

  /// Sweeps the one subject of `judge`, which needs no oracles.
  public init(_ judge: any ScenarioJudge) { self.judge = judge }

  /// Tries everything.
  public func run() throws(IsolationError) {
    for request in DriverRequest.all(knowing: judge.capabilities[0].features) {
      requests += 1
      let before = judge.tally.unopened
      let finding = try judge.judge(Scenario(domain: request.domain), file: request.name)
      let failure = judge.tally.unopened.first { before[$0.key] != $0.value }?.key
      guard finding != nil || failure != nil else { continue }
      findings += 1
      let what =
        failure.map { "initialisation fails with \(Errno.text($0.errno))" }
        ?? finding?.signature.description ?? "is lost"
      onFinding(text(request, what))
    }
  }

  private func text(_ request: DriverRequest, _ what: String) -> String {
    let domain = Scenario(domain: request.domain).text.split(separator: "\n").last ?? ""
    return "\(request.name): \(judge.labels[0]): \(what)\n"
      + "    \(domain)\n  asked for by \(request.place)\n"
  }

  /// How it ended.
  public var verdict: RunVerdict {
    if findings > 0 { return .differs }
    return requests > tally.refused ? .agrees : .nothingJudged
  }
}
