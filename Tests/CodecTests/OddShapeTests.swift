// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// Compact configurations beside those that initialisation mostly accepts.
@Suite struct OddShapeTests {
  /// `format` and `limit` as the header has them; AMD's plain shape is 64 bits and a top of 2.
  private func decoded(_ format: UInt8, limit: UInt8, odd: Bool = true, time: UInt8 = 0) -> Scenario
  {
    decode([1, format | 0x08 | (odd ? 0x80 : 0), limit << 4, 0, 0, time << 6, odd ? 0x60 : 0, 0])
  }

  @Test func widthsAreOneOffAndTopsBesideTheUsual() {
    let plain = decoded(1, limit: 0, odd: false).domain
    #expect(decoded(1, limit: 0).domain == plain)
    let twisted = (1..<16).map { decoded(1, limit: $0).domain }
    #expect(twisted.contains { $0.va == plain.va + 1 && $0.top == plain.top })
    #expect(twisted.contains { $0.va == plain.va - 1 && $0.top == plain.top })
    #expect(
      twisted.contains { $0.oa == plain.oa + 1 } && twisted.contains { $0.oa == plain.oa - 1 })
    #expect(twisted.contains { $0.top == 0 && $0.va == plain.va })
    #expect(twisted.contains { $0.top == plain.top! + 1 && $0.va == plain.va })
    #expect(twisted.contains { $0.va == 9 && $0.top == 3 })
  }

  @Test func formatsWithoutATopGetNone() {
    for limit in 0..<16 as Range<UInt8> { #expect(decoded(0, limit: limit).domain.top == nil) }
  }

  @Test func aTimeoutMayBeNothing() {
    #expect(decoded(0, limit: 0, time: 3).dma?.timeout == 0)
    #expect(decoded(0, limit: 0, odd: false, time: 3).dma?.timeout == 1)
  }

  @Test func allOfThemCanBeWritten() throws {
    for format in 0..<4 as Range<UInt8> {
      for limit in 0..<16 as Range<UInt8> {
        let scenario = decoded(format, limit: limit)
        let read = try readScenarios(bytes: Array(scenario.text.utf8), name: "")
        #expect(read.map(\.scenario) == [scenario] && decode(encode(scenario)) == scenario)
      }
    }
  }

  @Test func mutationMakesThem() {
    let header: [UInt8] = [1, 1, 0, 0, 0, 0, 0, 0]
    var made: Set<UInt8> = []
    for seed in 0..<4000 as Range<UInt64> {
      var buffer = header + [UInt8](repeating: 0, count: 64)
      let size = buffer.withUnsafeMutableBufferPointer {
        mutateInput($0, size: header.count, seed: seed)
      }
      made.insert(decode(Array(buffer[..<size])).domain.va)
    }
    #expect(made.isSuperset(of: [9, 13, 21, 63, 65]))
  }
}
