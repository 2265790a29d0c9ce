// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct CorpusStats: SurveyingCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Say what a corpus holds, and which failures.",
    discussion: """
      Failures with the same signature, what is wrong at which kind of operation and in which \
      modes, are taken for the same: of a folder of divergences this says how many there \
      really are, and which is the smallest of each.

      Example: iopt corpus stats artifacts --left swift,gather=original
      """)

  @Argument(help: ArgumentHelp("A folder of fuzz inputs.", valueName: "dir"))
  var folder: String

  @OptionGroup var sides: SideOptions

  @OptionGroup var alone: AloneOption

  @OptionGroup var oracles: OracleOptions

  @OptionGroup var isolation: IsolationOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let folder = try CorpusFolder(self.folder)
    let contents = try folder.contents(withTexts: true)
    let entries = try survey(contents.inputs, texts: contents.texts)
    var omissions = CorpusOmissions()
    omissions.add(contents)
    let stats = CorpusStatsJSON(entries, omissions)
    if json { try printJSON(stats) } else { print(stats.text, terminator: "") }
    try omissions.leave()
  }
}

private struct CorpusStatsJSON: Encodable {
  struct Failure: Encodable {
    var signature: String
    var inputs: Int
    /// The input with the fewest operations that fails so.
    var smallest: String
  }

  var inputs: Int
  var bytes: Int
  var largest: Int
  var scenarios: Int
  var operations: Int
  var behaviours: Int
  /// Inputs that a side refuses to run.
  var refused: Int
  /// Inputs with a `dma` line, and those that have a `relax` too.
  var dmaInputs: Int
  var relaxedInputs: Int
  var formats: [String: Int] = [:]
  var operationKinds: [String: Int] = [:]
  var failures: [Failure] = []
  /// Inputs whose bytes do not match their name.
  var damaged: Int
  var passedOver: CorpusOmissions

  init(_ entries: [CorpusSurvey.Entry], _ omissions: CorpusOmissions) {
    passedOver = omissions
    damaged = entries.count { !$0.input.isIntact }
    inputs = entries.count
    bytes = entries.reduce(0) { $0 + $1.input.bytes.count }
    largest = entries.map(\.input.bytes.count).max() ?? 0
    refused = entries.count { $0.refusal != nil }
    dmaInputs = entries.count { $0.scenario.dma != nil }
    relaxedInputs = entries.count { $0.scenario.operations.contains(where: \.isRelaxation) }
    operations = entries.reduce(0) { $0 + $1.scenario.operations.count }
    scenarios = Set(entries.map(\.scenario.text)).count
    behaviours = entries.reduce(into: Set()) { $0.formUnion($1.behaviour.features) }.count
    for entry in entries {
      formats["\(entry.scenario.domain.format.name)", default: 0] += 1
      for operation in entry.scenario.operations {
        operationKinds[String(operation.text.prefix { $0 != " " }), default: 0] += 1
      }
    }
    let failing = Dictionary(grouping: entries.filter { $0.failure != nil }) { $0.failure! }
    for (signature, same) in failing {
      let smallest = same.min { $0.scenario.operations.count < $1.scenario.operations.count }!
      failures.append(
        Failure(
          signature: signature.description, inputs: same.count, smallest: smallest.input.name))
    }
    failures.sort { $0.signature < $1.signature }
  }

  var text: String {
    var lines = [
      "inputs      \(inputs), \(bytes) bytes, the largest has \(largest)",
      "scenarios   \(scenarios) different, \(operations) operations",
      "behaviours  \(behaviours)",
      "formats     \(Self.list(formats))",
      "layers      \(dmaInputs) with a dma line, \(relaxedInputs) of these with a relax",
      "operations  \(Self.list(operationKinds))",
      "failures    \(failures.reduce(0) { $0 + $1.inputs }) in \(failures.count) kinds",
    ]
    if refused > 0 { lines.insert("refused     \(refused), which a side will not run", at: 6) }
    if damaged > 0 {
      lines.insert("damaged     \(damaged), whose bytes do not match their name", at: 1)
    }
    if !passedOver.text.isEmpty {
      lines.insert("passed over " + passedOver.text.dropFirst(2), at: 1)
    }
    lines += failures.map {
      "  \($0.signature): \($0.inputs), the smallest is \($0.smallest.printable)"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func list(_ counts: [String: Int]) -> String {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}

extension Operation {
  fileprivate var isRelaxation: Bool {
    if case .relax = self { true } else { false }
  }
}
