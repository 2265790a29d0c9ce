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

  @OptionGroup var isolation: IsolationOptions

  func run() throws {
    let plan = EnginePlan([try LaneRequest(subject)]) { Engine($0, []) }
    let judge = try isolation.judge(plan, file: "")
    let sweep = DriverConfigurationSweep(judge)
    sweep.onFinding = { print(Ink.standardOutput.report($0)) }
    try sweep.run()
    for line in sweep.tally.refusalLines { print(line) }
    let verdict = sweep.verdict
    let end =
      switch verdict {
      case .agrees: "all opened"
      case .differs: "\(sweep.findings) not opened"
      case .nothingJudged: "nothing was opened"
      }
    let refused = sweep.tally.refused > 0 ? ", \(sweep.tally.refused) refused" : ""
    print(
      Ink.standardOutput.summary(
        "\(plan.labels[0]): \(sweep.requests) configurations of drivers\(refused): \(end)", verdict)
    )
    try verdict.leave()
  }
}
