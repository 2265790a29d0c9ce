// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import Testing

/// Recorded traces are canonical: what is read of them prints as it was.
@Suite struct RecordedTextTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Corpus/kernel").path

  /// Larger files take long in a debug build.
  private static let largestFile = 100_000

  static let files: [String] = {
    let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
    return names.filter { $0.hasSuffix(".iopt.gz") }.sorted().map { "\(folder)/\($0)" }.filter {
      let size = try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int
      return (size ?? 0) <= largestFile
    }
  }()

  @Test func thereAreRecordedTraces() { #expect(Self.files.count > 10) }

  @Test(arguments: files) func aTraceReadsAndPrintsAsItIs(_ path: String) throws {
    let recorded = try bytes(path)
    var reader = TraceReader(bytes: recorded, name: path)
    var words: [UInt64] = []
    var printed = TextBuffer()
    let version = recorded.starts(with: "iopt 2".utf8) ? 2 : 1
    while let statement = try reader.next(appendingTo: &words) {
      switch statement {
      case .scenario: printed.appendScenarioStart(version: version)
      case .domain(let domain): printed.append(domain)
      case .dma(let dma): printed.append(dma)
      case .operation(let operation): printed.append(operation)
      case .observation:
        words.withUnsafeBufferPointer { printed.appendRecords($0, form: reader.resultForm) }
        words.removeAll(keepingCapacity: true)
      }
    }
    #expect(printed.bytes.elementsEqual(recorded))
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    var input = try ByteInput(path: path)
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try input.read(into: $0) }
      if count == 0 { return result }
      result += chunk[..<count]
    }
  }
}
