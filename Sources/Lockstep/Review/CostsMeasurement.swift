// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// What a process that measures is asked for: `words` are what this program is started with for it.
public struct CostsRequest: Sendable {
  /// What it does.
  public enum Task: String, CaseIterable, Sendable {
    /// Prints a line for each row, phase and subject: row, phase, subject's number, nanoseconds, or `-`
    /// where the clock is too coarse for them.
    case time
    /// Runs all rows of one subject, for callgrind.
    case count
    /// Runs the scenarios of a file on each subject and prints four counts a line.
    case workload
    /// Runs the scenarios of a file on one subject, for callgrind, which counts their unmaps.
    case unmaps
  }

  /// The verb that does it.
  public static let verb = "measure"

  /// What is to be done.
  public var task: Task
  /// As a user types them.
  public var subjects: [String]
  public var batches = 1
  public var file = ""

  /// A task for some subjects.
  public init(_ task: Task, _ subjects: [String], batches: Int = 1, file: String = "") {
    self.task = task
    self.subjects = subjects
    self.batches = batches
    self.file = file
  }

  /// What this program is started with for it.
  public var words: [String] {
    [Self.verb, "--task", task.rawValue, "--batches", "\(batches)"]
      + subjects.flatMap { ["--subject", $0] } + (file.isEmpty ? [] : ["--file", file])
  }

  /// In the process that measures; what it prints.
  public func run(print: (String) -> Void) throws {
    let lanes = try subjects.map { try LaneRequest($0).load().lane() }
    switch task {
    case .time:
      let step = clockStep()
      for row in MeasuredRow.few { time(row, lanes, clockStep: step, print) }
    case .count:
      MeasuredRow.runForCounting(
        MeasuredRow.few, lanes[0], batches: batches, syncs: 1)
    case .workload:
      let scenarios = try readScenarios(path: file).map(\.scenario)
      for lane in lanes {
        var count = WorkloadCount()
        for scenario in scenarios { count.run(scenario, on: lane) }
        print("\(count.operations)\t\(count.syncs)\t\(count.flushes)\t\(count.freedTables)")
      }
    case .unmaps:
      countUnmaps(try readScenarios(path: file).map(\.scenario), lanes[0])
    }
  }

  /// The sides take turns, so that both see the same machine. `clockStep` is in nanoseconds.
  private func time(
    _ row: MeasuredRow, _ lanes: [Lane], clockStep: UInt64, _ print: (String) -> Void
  ) {
    let runners = lanes.map { RowRunner(row, $0, syncs: Self.timedSyncs) }
    var best = lanes.map { _ in PhaseFigures() }
    for runner in runners { runner.start() }
    for _ in 0..<batches {
      for (index, runner) in runners.enumerated() {
        best[index].merge(runner.batch(), uniquingKeysWith: min)
      }
    }
    for runner in runners { runner.end() }
    for phase in ReviewCosts.phases {
      for (index, figures) in best.enumerated() {
        let time = figures[phase] ?? 0
        let isMeasured = Self.isMeasured(time, calls: runners[index].calls(phase), step: clockStep)
        print(
          "\(row.name)\t\(phase.rawValue)\t\(index)\t\(isMeasured ? "\(time)" : Self.tooShort)")
      }
    }
  }

  /// Times of syncs that are taken for one.
  private static let timedSyncs = 32
  /// What is printed in place of a time that says nothing.
  static let tooShort = "-"

  /// Whether a time of `calls` calls is far above what the clock counts in, in nanoseconds.
  static func isMeasured(_ time: Double, calls: Int, step: UInt64) -> Bool {
    time * Double(calls) >= 20 * Double(step)
  }
}

extension ReviewCosts {
  /// What a review shows; lookups invalidate nothing and are left to the bench.
  static let phases: [RowPhase] = [.map, .unmap, .sync]
  private static let timedBatches = 100
  private static let countedBatches = 8

  /// Measures two subjects, named as a user types them, in processes of their own; `workload` is the
  /// file with the generated scenarios, nil when there are none.
  public init(base: LaneRequest, head: LaneRequest, workload: String?) {
    let sides = [base, head]
    let names = sides.map(\.label)
    rows = MeasuredRow.few.flatMap { row in
      Self.phases.map {
        Row(name: row.name, phase: $0, times: [nil, nil], instructions: [nil, nil])
      }
    }
    takeTimes(Self.lines(CostsRequest(.time, names, batches: Self.timedBatches)))
    count(sides)
    guard let workload else { return }
    let counts = Self.lines(CostsRequest(.workload, names, file: workload))
      .compactMap(Self.workloadCount)
    if counts.count == 2 {
      self.workload = counts
    } else {
      notDone.append("what the scenarios cost: the process that counted ended early")
    }
  }

  /// Takes what a process has printed that measured times.
  mutating func takeTimes(_ lines: [String]) {
    var tooShort = 0
    for line in lines {
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count == 4, let side = Int(fields[2]), (0...1).contains(side),
        let index = rows.firstIndex(where: {
          $0.name == fields[0] && $0.phase.rawValue == fields[1]
        })
      else { continue }
      rows[index].times[side] = Double(fields[3])
      if fields[3] == CostsRequest.tooShort { tooShort += 1 }
    }
    if tooShort > 0 { notDone.append("\(tooShort) times: they are too short for this clock") }
    let missing = rows.reduce(0) { sum, row in sum + row.times.filter { $0 == nil }.count }
    if missing > tooShort {
      notDone.append("times of some rows: the process that measured ended early")
    }
  }

  private mutating func count(_ sides: [LaneRequest]) {
    guard let callgrind = Callgrind.find() else {
      notDone.append("instructions: \(Callgrind.missing)")
      return
    }
    defer { callgrind.close() }
    for (side, request) in sides.enumerated() {
      let name = request.measurable(by: callgrind)
      let words = CostsRequest(.count, [name], batches: Self.countedBatches).words
      guard
        let counted = callgrind.instructions(
          of: MeasuredRow.few, batches: Self.countedBatches, words)
      else {
        notDone.append("instructions of \(request.label.printable): it did not run under valgrind")
        continue
      }
      for index in rows.indices {
        rows[index].instructions[side] = counted[rows[index].name]?[rows[index].phase]
      }
    }
  }

  private static func workloadCount(_ line: String) -> WorkloadCount? {
    let fields = line.split(separator: "\t").compactMap { Int($0) }
    guard fields.count == 4 else { return nil }
    var count = WorkloadCount()
    (count.operations, count.syncs, count.flushes, count.freedTables) =
      (fields[0], fields[1], fields[2], fields[3])
    return count
  }

  /// What a process prints that does what is asked; nothing when it failed.
  private static func lines(_ request: CostsRequest) -> [String] {
    let run = try? ShellCommand(["/proc/\(getpid())/exe"] + request.words) { _ in false }
    guard let run, run.status == 0 else { return [] }
    return run.lines
  }
}

extension LaneRequest {
  /// How it is named for a process under valgrind.
  fileprivate func measurable(by callgrind: Callgrind) -> String {
    guard let loaded, let copy = callgrind.readable(plugin: loaded.file) else { return label }
    return copy + loaded.suffix
  }
}
