// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep
import Scenario

struct Sweep: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run what random testing does not reach: all of something, one after the other.",
    discussion: """
      Two subjects are run against each other. A scenario in which something is wrong is written \
      to the folder of --artifacts and reported as iopt diff does. Exit status: 0 all is well, 1 \
      something is wrong, 2 bad input.

      Example: iopt sweep exhaustive
      """,
    subcommands: [
      SweepExhaustive.self, SweepAllocations.self, SweepConfigurations.self, SweepContract.self,
    ])
}

/// The two sides of a sweep, and what is done with what it finds.
struct SweepOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The left side; gather=R overrides the domain line's.", valueName: "subject[,gather=R]"))
  var left = "swift"

  @Option(help: ArgumentHelp("The right side.", valueName: "subject[,gather=R]"))
  var right = "reference"

  @OptionGroup var output: SweepOutput

  func lanes() throws -> (left: Lane, right: Lane) {
    (try LaneChoice(left).lane(), try LaneChoice(right).lane())
  }
}

struct SweepOutput: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where scenarios go in which something is wrong; made when needed.", valueName: "dir"))
  var artifacts = "artifacts"

  @Option(help: "Write and print at most this many; the rest are counted.")
  var reports = 10

  /// Writes a scenario to a file of its own; returns its path.
  func keep(_ scenario: Scenario, as kind: String) throws -> String {
    var text = TextBuffer()
    text.append(scenario)
    let name = ContentName(of: Array(text.bytes)).description.prefix(12)
    let path = "\(artifacts)/sweep-\(kind)-\(name).iopt"
    if mkdir(artifacts, 0o777) != 0, errno != EEXIST {
      throw ScenarioError(
        file: artifacts, position: .file,
        message: "cannot make the folder: \(String(cString: strerror(errno)))")
    }
    var file = try FileOutput(path: path)
    try file.append(text.bytes)
    try file.commit()
    return path
  }
}

/// What a sweep found so far.
final class SweepFindings {
  private let options: SweepOptions
  private let comparison: Comparison
  private(set) var count = 0
  /// Why a finding could not be kept; thrown when the sweep is over.
  private var failure: (any Error)?
  private let progress: ProgressLine

  init(_ options: SweepOptions, _ progress: ProgressLine) throws {
    self.options = options
    self.progress = progress
    let lanes = try options.lanes()
    comparison = Comparison(left: lanes.left, right: lanes.right)
  }

  /// Keeps and reports a scenario in which the sides differ.
  func report(_ scenario: Scenario, _ kind: String) {
    add(scenario, kind) { path in
      try comparison.firstDifference(in: scenario, file: path)?.report
        ?? "\(path): differs only in the run that found it\n"
    }
  }

  /// Keeps a scenario and prints what `text` makes of the file's name.
  func add(_ scenario: Scenario, _ kind: String, _ text: (String) throws -> String) {
    count += 1
    guard count <= options.output.reports, failure == nil else { return }
    do {
      let path = try options.output.keep(scenario, as: kind)
      progress.clear()
      print(try text(path))
    } catch {
      failure = error
    }
  }

  /// Ends the sweep: prints `summary`, and leaves with the status that belongs to it.
  func finish(_ summary: String) throws {
    progress.clear()
    if count > options.output.reports {
      print("… \(count - options.output.reports) more (--reports shows more)")
    }
    print(summary)
    if let failure { throw failure }
    if count > 0 { throw somethingDiffers }
  }
}
