// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report
import ScenarioLanguage

struct SweepDriverConfigurations: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "driver-configurations",
    abstract: "Open a domain with everything that the kernel's drivers can ask a format for.",
    discussion: """
      A format that does not support what a driver asks for on some hardware leaves that hardware \
      without paging domains. What the drivers for RISC-V, AMD and Intel ask for is a list made \
      from reading those of 7.1, 7.2 and 7.3. \(exitStatuses)

      Example: iopt sweep driver-configurations --subject kernel:7.3
      """)

  @Option(
    help: ArgumentHelp("\(subjectForms).", valueName: "subject[,gather=R]"))
  var subject = "swift"

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var isolation: IsolationOptions

  func run() throws {
    let findings = Findings(isSilent: json)
    let show = findings.take
    let plan = EnginePlan([try LaneRequest(subject)]) { Engine($0, []) }
    let position = DriverConfigurationSweep.Position()
    guard isolation.isolates(plan.requests) else {
      let engine = try plan.engine()
      let sweep = DriverConfigurationSweep(engine, from: position)
      sweep.onFinding = show
      sweep.run()
      return try finish(plan.labels[0], position, engine.tally, findings)
    }
    let isolated = IsolatedSweep(plan, limit: isolation.duration)
    // A process says what it tries next, and what it found.
    var next = ""
    isolated.onText = { text in
      if text.hasSuffix("\n") { show(text) } else { next = text }
    }
    let isWhole = try isolated.run { engine, link in
      let sweep = DriverConfigurationSweep(engine, from: position)
      sweep.onFinding = link.tell
      sweep.onRequest = {
        link.settle(engine, withUnopened: false)
        link.tell($0.name)
      }
      sweep.run()
      link.settle(engine, withUnopened: false)
    } lost: { fatality, _ in
      let place = position.pass() ? next : "before the first configuration"
      show("\(place): \(fatality.subject) ends its process: \(fatality.name)\n")
    }
    findings.isGivenUp = !isWhole
    try finish(plan.labels[0], position, isolated.tally, findings)
  }

  /// What was found so far, printed as it is found unless it is told as a whole.
  private final class Findings {
    private let isSilent: Bool
    private(set) var texts: [String] = []
    var isGivenUp = false

    init(isSilent: Bool) { self.isSilent = isSilent }

    func take(_ finding: String) {
      texts.append(finding.split(separator: "\n").joined(separator: "\n"))
      if !isSilent { print(Ink.standardOutput.report(finding)) }
    }
  }

  private struct Result: Encodable {
    var subject: String
    var configurations: Int
    var refused: Int
    var refusals: [String: Int]
    var findings: [String]
    var givenUp: Bool
  }

  private func finish(
    _ label: String, _ position: DriverConfigurationSweep.Position, _ tally: RunTally,
    _ findings: Findings
  ) throws {
    let verdict: RunVerdict =
      position.findings > 0
      ? .differs : position.requests > tally.refused ? .agrees : .nothingJudged
    guard !json else {
      try printJSON(
        Result(
          subject: label, configurations: position.requests, refused: tally.refused,
          refusals: tally.refusals, findings: findings.texts, givenUp: findings.isGivenUp))
      return try verdict.leave()
    }
    if findings.isGivenUp { print("… given up: too many processes were lost") }
    for line in tally.refusalLines { print(line) }
    let end =
      switch verdict {
      case .agrees: "all opened"
      case .differs: "\(position.findings) not opened"
      case .nothingJudged: "nothing was opened"
      }
    let refused = tally.refused > 0 ? ", \(tally.refused) refused" : ""
    let line = "\(label): \(position.requests) configurations of drivers\(refused): \(end)"
    print(Ink.standardOutput.summary(line, verdict))
    try verdict.leave()
  }
}
