// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep
import ScenarioLanguage

/// What `iopt review` starts itself as, to measure in a process of its own and under valgrind.
struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: CostsRequest.verb, abstract: "Measure subjects for iopt review.",
    shouldDisplay: false)

  @Option(help: .hidden)
  var task: String

  @Option(help: .hidden)
  var subject: [String]

  @Option(help: .hidden)
  var batches = 1

  @Option(help: .hidden)
  var file = ""

  func run() throws {
    guard let task = CostsRequest.Task(rawValue: task), !subject.isEmpty, batches > 0 else {
      throw ValidationError("expected a task, a subject and batches")
    }
    try CostsRequest(task, subject, batches: batches, file: file).run { print($0) }
  }
}

/// The generated scenarios of a review, those that came first, for counting what they cost.
final class MeasuredWorkload {
  private var text = TextBuffer()
  private var count = 0
  private static let limit = 2000

  func take(_ scenario: Scenario) {
    guard count < Self.limit else { return }
    count += 1
    text.append(scenario)
  }

  /// Measures both sides.
  func costs(_ base: String, _ head: String) throws -> ReviewCosts {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(folder)/lockstep-workload-\(getpid()).iopt"
    guard count > 0 else {
      return ReviewCosts(base: try LaneRequest(base), head: try LaneRequest(head), workload: nil)
    }
    defer { unlink(path) }
    var file = try FileOutput(path: path)
    try file.append(text.bytes)
    try file.commit()
    return ReviewCosts(base: try LaneRequest(base), head: try LaneRequest(head), workload: path)
  }
}
