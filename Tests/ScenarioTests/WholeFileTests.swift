// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import ScenarioLanguage

/// A small gzip file may hold any number of operations: what reads a file as a whole stops.
@Suite struct WholeFileTests {
  private let head = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend
    dma queue=percpu cpus=1 size=16 timeout=10 mode=strict limit=0xffffffff

    """

  private func read(_ text: String, limit: Int) throws(ScenarioError) -> Int {
    let bytes = text.utf8.withContiguousStorageIfAvailable { gzipCompressed(.init($0)) }!
    let reader = TraceReader(bytes: bytes, name: "bomb.iopt.gz")
    return try readScenarios(reader, limit: limit).reduce(0) { $0 + $1.scenario.operations.count }
  }

  private func overflow(atLine line: Int) -> ScenarioError {
    ScenarioError(
      file: "bomb.iopt.gz", position: .text(line: line, column: 1),
      message: "expected at most 100 operations in a file that is read as a whole")
  }

  @Test func operationsAreCounted() throws {
    let most = head + String(repeating: "tick 1\n", count: 97)
    #expect(try read(most, limit: 100) == 97)
    #expect(throws: overflow(atLine: 101)) { try read(most + "tick 1\n", limit: 100) }
  }

  @Test func piecesOfAListAreCounted() {
    let list = "dma_map_sg 0 to_device" + String(repeating: " 0x0:0x1000", count: 97)
    #expect(throws: overflow(atLine: 4)) { try read(head + list + "\n", limit: 100) }
  }

  @Test func scenariosAreCounted() {
    #expect(throws: overflow(atLine: 101)) {
      try read(String(repeating: head, count: 40), limit: 100)
    }
  }
}
