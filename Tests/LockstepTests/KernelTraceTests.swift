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

  /// Those that have the release which the trace's folder names; without one it is that of version 1.
  private static func subjects(_ path: String) -> [Subject] {
    let folders = path.split(separator: "/")
    let kernel = Kernel.allCases.first { folders.contains("\($0.name)") }
    return [Subject.swift, .reference].filter { subject in
      guard let kernel, !Lane(subject).capabilities.meet(.kernel(kernel)) else { return true }
      print("skipped: \(subject.name) has no \(kernel.name) for \(path)")
      return false
    }
  }

  @Test(arguments: Kernel.allCases) func everyReleaseHasTracesOfBothLayers(_ kernel: Kernel) {
    for layer in ["pt", "dma"] {
      #expect(Self.allTraces.contains { $0.contains("kernel/\(kernel.name)/\(layer)/") })
    }
  }

  /// So many findings of one trace, and so many traces that fail, are enough.
  private static let enough = 3
  private static let judged = FailureCount(limit: enough)
  private static let recorded = FailureCount(limit: enough)

  @Test(arguments: traces) func everyObservationIsEqualOnBothSubjects(_ path: String) throws {
    guard Self.judged.takesOneMore(path) else { return }
    let engines = Self.subjects(path).map { Engine([Lane($0)], [TraceOracle()]) }
    var reports: [String] = []
    for engine in engines { engine.onFinding = { reports.append($0.report) } }
    let run = FileRun(engines, keepsObservations: true)
    do throws(ScenarioError) {
      try run.run(TraceReader(path: path)) { () throws(ScenarioError) in
        guard reports.count >= Self.enough else { return }
        throw ScenarioError(
          file: path, position: .text(line: engines[0].place.line, column: 1),
          message: "… more not shown, stopped after \(reports.count)")
      }
    } catch {
      reports.append(error.description)
    }
    if !reports.isEmpty {
      Self.judged.fail()
      Issue.record("\(reports.joined(separator: "\n"))")
    }
    #expect(run.tally.observations > 0)
  }

  @Test(arguments: traces) func recordingAScenarioReproducesTheTrace(_ path: String) throws {
    guard Self.recorded.takesOneMore(path) else { return }
    let recorded = try inflated(path)
    for subject in Self.subjects(path) {
      let recorder = Recorder()
      let run = FileRun([Engine([Lane(subject)], [recorder])])
      try run.run(TraceReader(bytes: stripped(recorded), name: path))
      // Not as an expectation of two arrays, whose difference would be worked out.
      if recorded.elementsEqual(recorder.output.bytes) { continue }
      Self.recorded.fail()
      Issue.record("\(subject.name) records \(path) otherwise")
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

/// Counts traces that fail, since one fault makes nearly all of them fail.
private final class FailureCount: @unchecked Sendable {
  private let limit: Int
  private let lock = NSLock()
  private var count = 0

  init(limit: Int) { self.limit = limit }

  func fail() { lock.withLock { count += 1 } }

  /// False when enough have failed; then it says that `path` is left out.
  func takesOneMore(_ path: String) -> Bool {
    if lock.withLock({ count < limit }) { return true }
    print("not run, stopped after \(limit) traces that failed: \(path)")
    return false
  }
}
