// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report
import ScenarioLanguage

struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Hold a changed version against the one before, and judge the new one alone.",
    discussion: """
      Runs the scenarios that are named, or else those that came with it, and scenarios of its own, for \
      --seconds on both. Each kind of difference is shrunk and shown once, that of most scenarios \
      first. Then the contract, the leak and the hardware oracle, or those that --oracle names, judge \
      each side alone: what BASE kept and HEAD breaks is told apart from what both break. Kernel trees' own KUnit cases are run on \
      both, too, and the lines that differ between two trees are watched: which were run, and by what. \
      Exit status: 0 nothing changed, 1 behaviour changed, 2 bad input or a side that cannot be had, \
      3 nothing was compared, 4 HEAD breaks a promise that BASE kept. With --bisect 2 and 3 become 125, which git bisect run skips.

      Example: iopt review kernel:7.2 kernel:7.3 --seconds 30

      Example: iopt review reference swift --workload trace.iopt

      Example: iopt review --git ~/src/linux master..my-patch
      """)

  @OptionGroup var sides: ReviewSides

  @Option(
    help: ArgumentHelp(
      "Run the scenarios of this file too, such as iopt import makes; may be repeated.",
      valueName: "file"))
  var workload: [String] = []

  @Option(parsing: .unconditional, help: "How long scenarios are made, in seconds.")
  var seconds = 20.0

  @Option(parsing: .unconditional, help: "Where randomness starts.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "Shrink at most this many kinds of difference.")
  var shrink = 12

  @Flag(
    inversion: .prefixedNo,
    help: "Run the KUnit cases that kernel trees have for this code, on both sides.")
  var cases = true

  @Flag(
    inversion: .prefixedNo,
    help: "Tell which of the lines that differ between two kernel trees were run.")
  var lines = true

  @Flag(
    inversion: .prefixedNo,
    help: "Measure what both cost: times, instructions, and what they ask of the driver.")
  var costs = true

  @Flag(
    inversion: .prefixedNo,
    help: "Let iopt-fuzz, if it is there, look for scenarios by the coverage of the sides' code.")
  var coverage = true

  @Flag(help: "Print Markdown, for a mail or a pull request.")
  var markdown = false

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print KTAP, for test robots.")
  var ktap = false

  @Flag(help: "Exit with 125 instead of 2 and 3: for git bisect run.")
  var bisect = false

  @OptionGroup var oracles: OracleOptions

  @OptionGroup var isolation: IsolationOptions

  func validate() throws {
    if try choice().needsTwoSubjects {
      throw ValidationError(
        "--oracle says who judges each side alone; that both do the same is looked at anyway")
    }
    guard seconds >= 0, seconds <= 86400 else {
      throw ValidationError("--seconds takes a number from 0 to 86400")
    }
    try check(shrink, "--shrink", in: 0...1000)
    guard [markdown, json, ktap].filter({ $0 }).count <= 1 else {
      throw ValidationError("--markdown, --json and --ktap exclude each other")
    }
  }

  /// What git bisect run takes for a commit that cannot be tested.
  static let skipped: Int32 = 125

  func run() throws {
    try sides.check()
    let review = try review()
    try show(review)
    try leave(review.verdict)
  }

  private func choice() throws -> OracleChoice {
    try oracles.choice(default: OracleChoice.usual(alone: true))
  }

  /// Whether parts of the report are printed as soon as they are known: it takes minutes.
  private var printsParts: Bool { !markdown && !json && !ktap }

  /// Whether this command line asks for what git bisect run takes: told even of one that is wrong.
  static var isBisecting: Bool {
    let words = CommandLine.arguments.dropFirst()
    return words.contains(configuration.commandName!) && words.contains("--bisect")
  }

  private func leave(_ verdict: ReviewVerdict) throws {
    if verdict == .nothingCompared, bisect { throw ExitCode(Self.skipped) }
    if verdict != .unchanged { throw ExitCode(verdict.rawValue) }
  }

  /// What was not printed yet.
  private func show(_ review: Review) throws {
    if json { return try printJSON(ReviewJSON(review)) }
    print(markdown ? review.markdown : ktap ? review.ktap : review.endText)
  }

  private func show(part text: @autoclosure () -> String, _ progress: ProgressLine) {
    guard printsParts, case let text = text(), !text.isEmpty else { return }
    progress.clear()
    print(text)
  }

  private func review() throws -> Review {
    let own = cases ? try OwnCases(sides.base, sides.head) : nil
    var run = try ReviewRun(
      LaneRequest(sides.base), LaneRequest(sides.head), isolation, alone: choice(),
      watchesLines: lines)
    let progress = ProgressLine()
    // A bisection reads the exit status only.
    let workload = costs && !bisect ? MeasuredWorkload() : nil
    for (number, file) in (self.workload + sides.files).enumerated() {
      for located in try readScenarios(path: file) {
        // What a real workload costs is what is asked.
        if number < self.workload.count { workload?.take(located.scenario) }
        try run.run(recorded: located.scenario)
        if progress.isShown, run.recorded & 63 == 0 {
          progress.show("\(run.recorded) recorded scenarios")
        }
      }
    }
    let labels = run.comparison.labels
    show(part: Review.heading(base: labels[0], head: labels[1]), progress)
    try generate(&run, workload, progress)
    var review = try run.review(shrinking: shrink, progress)
    show(part: review.comparisonText, progress)
    if own != nil { progress.show("waiting for the trees' own cases") }
    review.cases = try own?.change()
    show(part: review.examinationText, progress)
    if review.verdict != .nothingCompared, let workload {
      progress.show("measuring what both cost")
      review.costs = try workload.costs(sides.base, sides.head)
    }
    progress.clear()
    review.notDone += leftOut
    return review
  }

  /// What the command line leaves out.
  private var leftOut: [String] {
    let trees = [sides.base, sides.head].contains { OwnCases.tree($0) != nil }
    return [
      (trees && !cases, "the trees' own cases: --no-cases"),
      (trees && !lines, "which lines of the change were run: --no-lines"),
      (!costs, "what it costs: --no-costs"),
    ].filter(\.0).map(\.1)
  }

  /// Runs what is known, what is recorded and what is made, until the time is up, then takes what
  /// iopt-fuzz found meanwhile.
  private func generate(
    _ run: inout ReviewRun, _ workload: MeasuredWorkload?, _ progress: ProgressLine
  ) throws {
    guard seconds > 0 else { return }
    let known = KernelHistory.changes.compactMap { try? $0.scenario }
    let guide = try guide(&run, known)
    var scenarios = ReviewScenarios(
      seed: seed, known: known, narrowing: Narrowing(run.comparison))
    let start = ContinuousClock.now
    let end = start + .seconds(seconds)
    var made = 0
    var missed = 0
    /// One that came from nowhere is asked for again.
    func runNext() throws {
      guard let scenario = scenarios.next() else {
        missed += 1
        return
      }
      workload?.take(scenario)
      if try run.run(scenario) { scenarios.keep(scenario) }
      made += 1
      if progress.isShown, made & 63 == 0 { progress.show("\(made) scenarios made") }
    }
    defer { run.narrowed = scenarios.narrowed }
    // What is known is run however little time there is.
    while scenarios.hasKnown, !run.isOver { try runNext() }
    if sides.files.isEmpty {
      let half = start + .seconds(seconds / 2)
      try run.run(RecordedFiles(), fitting: &scenarios, until: half, progress)
    }
    while ContinuousClock.now < end, missed < 10_000, !run.isOver { try runNext() }
    guard let guide else { return }
    progress.show("waiting for iopt-fuzz")
    do {
      try run.run(guide.wait(), of: &scenarios, seconds: max(2, seconds / 2))
    } catch let error as SubjectError {
      run.lackGuidance("\(error)")
    }
  }

  /// Starts iopt-fuzz, or says why not.
  private func guide(_ run: inout ReviewRun, _ known: [Scenario]) throws -> GuidedInputs? {
    guard coverage else {
      run.lackGuidance("--no-coverage")
      return nil
    }
    guard let program = GuidedInputs.program else {
      run.lackGuidance("there is no iopt-fuzz beside this program (make fuzz-build)")
      return nil
    }
    return try GuidedInputs(
      program, holding: sides.base, against: sides.head, seconds: Int(seconds), seed: seed,
      from: known)
  }
}
