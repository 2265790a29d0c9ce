// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print random scenarios whose operations meet.",
    discussion: """
      The same seed gives the same scenarios. They name the release of Linux whose behaviour is meant, \
      7.3 unless another one is asked for. In a quarter of those of the DMA layer the rings and \
      the timer are the kernel's own (256 entries and 10 ms for each CPU, 32768 and 1000 ms for a \
      single queue). working-set does with those only, and with small buffers whose tables stay: its \
      scenarios have exactly --operations operations, as many as one likes.

      Example: iopt generate --seed 1 --count 100 --layer dma | iopt diff -
      """)

  @Option(parsing: .unconditional, help: "Where randomness starts.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "How many scenarios.")
  var count = 1

  @Option(
    help: ArgumentHelp("\(Format.names). Default: all.", valueName: "format"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "What the operations are for: \(ScenarioGenerator.Layer.names). Default: the page table.",
      valueName: "layer"))
  var layer: String?

  @Option(
    help: ArgumentHelp(
      "The release that is meant: \(Kernel.names). Default: 7.3.", valueName: "release"))
  var kernel: KernelArgument?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The version of the language, 1 or 2; 1 names no release.", valueName: "version"))
  var language = 2

  @Option(
    parsing: .unconditional,
    help: "Operations of the longest scenario, at most \(Self.operationLimit).")
  var operations = 48

  @Option(
    name: .customLong("subject"),
    help: ArgumentHelp(
      "Make only what this subject can do, and count on standard error what that takes; several.",
      valueName: "subject"))
  var subjects: [String] = []

  @OptionGroup var isolation: IsolationOptions

  /// A scenario is held as a whole.
  private static let operationLimit = 10_000_000

  func validate() throws {
    guard count >= 0 else { throw ValidationError("--count takes at least 0") }
    try check(language, "--language", in: 1...2)
    if language == 1, kernel != nil {
      throw ValidationError("--kernel is of version 2 of the language: leave out --language 1")
    }
    try check(operations, "--operations", in: 1...Self.operationLimit)
    _ = try namedFormat(format)
    _ = try chosenLayer()
  }

  @OptionGroup var output: TextOutput

  func run() throws {
    var generator = ScenarioGenerator(
      seed: seed, format: try namedFormat(format), layer: try chosenLayer(),
      kernel: language == 1 ? nil : kernel?.kernel ?? .linux7_3,
      operations: min(8, operations)...operations, narrowing: try narrowing())
    try output.whileOpen { (drain) in
      var text = TextBuffer(capacity: 1 << 16)
      for _ in 0..<count {
        guard let scenario = generator.nextFitting() else { continue }
        text.append(scenario)
        if text.count > 1 << 15 { try drain(&text) }
      }
      try drain(&text)
    }
    for line in generator.narrowing?.lines() ?? [] { writeError(line + "\n") }
  }

  private func narrowing() throws -> Narrowing? {
    if subjects.isEmpty { return nil }
    let plan = EnginePlan(try subjects.map { try LaneRequest($0) }) { Engine($0, []) }
    return Narrowing(try isolation.judge(plan, file: ""))
  }

  private func chosenLayer() throws -> ScenarioGenerator.Layer {
    guard let layer else { return .pageTable }
    return try ScenarioGenerator.Layer(argument: layer)
  }
}
