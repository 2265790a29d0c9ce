// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// The judge: what the kernel's own code did.
@Suite struct KernelTraceTests {
  /// Debug builds are slow: they take the smaller files only, and say what they leave out.
  private static let largestFile: Int = {
    #if DEBUG
      return 300_000
    #else
      return .max
    #endif
  }()

  private static let allTraces = Repository.files(below: "Corpus/kernel", suffixes: [".iopt.gz"])

  private static let traces: [String] = allTraces.filter { path in
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    let isTaken = size <= largestFile
    if !isTaken {
      print("skipped in a debug build (make replay takes it): \(path), \(size) bytes")
    }
    return isTaken
  }

  @Test func theCorpusHoldsTraces() {
    #expect(Self.allTraces.count > 10)
    #expect(!Self.traces.isEmpty)
  }

  @Test(arguments: traces) func everyObservationIsEqualOnBothSubjects(_ path: String) throws {
    let engines = [Subject.swift, .reference].map { Engine([Lane($0)], [TraceOracle()]) }
    var report = ""
    for engine in engines { engine.onFinding = { if report.isEmpty { report = $0.report } } }
    let run = FileRun(engines, keepsObservations: true)
    try run.run(TraceReader(path: path))
    #expect(engines.allSatisfy { $0.tally.findings == 0 }, "\(report)")
    #expect(run.tally.observations > 0)
  }

  @Test(arguments: traces) func recordingAScenarioReproducesTheTrace(_ path: String) throws {
    let recorded = try inflated(path)
    for subject in [Subject.swift, .reference] {
      let recorder = Recorder()
      let run = FileRun([Engine([Lane(subject)], [recorder])])
      try run.run(TraceReader(bytes: stripped(recorded), name: path))
      #expect(Array(recorder.output.bytes) == recorded, "\(subject.name) records \(path) otherwise")
    }
  }

  private func inflated(_ path: String) throws -> [UInt8] {
    var input = try ByteInput(path: path)
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try input.read(into: $0) }
      if count == 0 { return result }
      result += chunk[..<count]
    }
  }

  /// The lines that are no observations.
  private func stripped(_ trace: [UInt8]) -> [UInt8] {
    trace.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .filter { $0.first != UInt8(ascii: "=") }
      .joined(separator: [UInt8(ascii: "\n")]).map { $0 }
  }
}
