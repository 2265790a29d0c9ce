// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

/// A folder of fuzz inputs outside libFuzzer: each is decoded and run on both sides as the fuzz
/// target does it, but without instrumentation and mutation.
final class CorpusBenchmark {
  private let folder: String
  private let inputs: [CorpusInput]
  private let engine: Engine = {
    let engine = Engine.comparing(Lane(.swift), Lane(.reference))
    engine.isThorough = false
    return engine
  }()
  private var scenario = LoweredScenario()

  init(folder: String) throws {
    self.folder = folder
    inputs = try CorpusFolder(folder).inputs()
    guard !inputs.isEmpty else { throw ValidationError("'\(folder)': no inputs are in it") }
  }

  /// Runs every input once; returns how many operations both sides ran.
  func pass() throws -> Int {
    var operations = 0
    for input in inputs {
      input.bytes.withUnsafeBufferPointer { decodeLowered($0, into: &scenario) }
      if let finding = engine.run(scenario) {
        throw ValidationError("'\(folder)/\(input.name)': \(finding.signature)")
      }
      if !engine.wasRefused { operations += (engine.operationIndex ?? -1) + 1 }
    }
    return operations
  }

  /// Measures that many passes; the best counts, as with the rows.
  func measure(passes: Int, counter: Callgrind?, log: MeasureLog?) throws {
    let operations = Double(try pass())
    guard operations > 0 else { throw ValidationError("'\(folder)': no operation was run") }
    var best = UInt64.max
    for _ in 0..<passes {
      let start = processorNanoseconds()
      _ = try pass()
      best = min(best, processorNanoseconds() - start)
    }
    let instructions = counter?.instructions(few: 1, many: 4) {
      ["--corpus", folder, "--count-passes", "\($0)"]
    }
    let figures: [(String, Double?)] = [
      ("operations", operations),
      ("operations/s", operations * 1e9 / Double(best)),
      ("instructions/operation", instructions.map { $0 / operations }),
    ]
    print("\(folder) outside libFuzzer, both sides, \(inputs.count) inputs, one pass:")
    for (unit, value) in figures {
      guard let value else { continue }
      print("  \(RowTable.number(value, digits: 0)) \(unit)")
      let table = "inputs outside libFuzzer, both sides"
      log?.add(Measure.Name(table: table, row: "one pass", unit: unit), value)
    }
  }
}
