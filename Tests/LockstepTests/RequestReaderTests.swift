// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep

@Suite struct RequestReaderTests {
  @Test func observationsOfOneOperationAreBounded() throws {
    let text =
      "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=sign_extend\n= ret 0\nunmap 0x0 0x1000\n"
      + String(repeating: "= sync 0x0 0xfff\n", count: 50)
    func requests(limit: Int) throws -> Int {
      var reader = RequestReader(
        TraceReader(bytes: Array(text.utf8), name: "trace"), keepsObservations: true,
        wordLimit: limit)
      var count = 0
      while try reader.next() != nil { count += 1 }
      return count
    }
    #expect(try requests(limit: 1000) == 2)
    #expect(
      throws: ScenarioError(
        file: "trace", position: .text(line: 38, column: 1),
        message: "expected fewer observations of one operation")
    ) { try requests(limit: 100) }
  }
}
