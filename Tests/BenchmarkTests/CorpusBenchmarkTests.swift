// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

import struct Foundation.Data
import class Foundation.FileManager
import struct Foundation.URL
import struct Foundation.UUID

@testable import iopt_bench

@Suite final class CorpusBenchmarkTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("lockstep-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func put(_ operations: [Operation], as name: String) throws {
    let domain = DomainConfiguration(format: .riscv64, va: 39, oa: 56, features: [.signExtend])
    let bytes = encode(Scenario(domain: domain, operations: operations))
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  @Test func aPassCountsTheOperationsOfAllInputs() throws {
    try put([.unmap(iova: 0x1000, length: 0x1000)], as: "one")
    try put(
      [
        .map(iova: 0x1000, pa: 0x4000, length: 0x1000, prot: [.read]),
        .unmap(iova: 0x1000, length: 0x1000),
      ], as: "two")
    let benchmark = try CorpusBenchmark(folder: folder.path)
    #expect(try benchmark.pass() == 3)
    #expect(try benchmark.pass() == 3)
  }

  @Test func aFolderWithoutInputsIsAnError() {
    #expect(throws: (any Error).self) { try CorpusBenchmark(folder: folder.path) }
  }
}
