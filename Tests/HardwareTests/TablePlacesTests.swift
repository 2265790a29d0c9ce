// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// What a report says of a run of table words.
@Suite struct TablePlacesTests {
  private let memory = FakeMemory()

  private func places(level: Int) -> TablePlaces {
    TablePlaces(
      top: 0x10000, level: level, reader: TableReader(domain(.riscv64)), in: memory)
  }

  @Test func levelAndAddressesOfARunAreTold() {
    memory.add(0x10000)
    memory.add(0x20000)
    memory[0x10000, 3] = 0x20000 >> 2 | 1
    let places = places(level: 1)
    #expect(
      places.describe(0x2000_0407, at: 0x20028, count: 2)
        == "level 0, iova 0x605000 to 0x606fff: leaf oa=0x80001000 V R W")
    #expect(places.describe(0, at: 0x10000, count: 1) == "level 1, iova 0x0 to 0x1fffff: empty")
    #expect(
      places.describe(memory[0x10000, 3], at: 0x10018, count: 1)
        == "level 1, iova 0x600000 to 0x7fffff: table pa=0x20000 V")
  }

  @Test func everyPartOfALargeTableHasItsPlace() {
    memory.add(0x10000, words: 2048)
    #expect(
      places(level: 0).describe(0, at: 0x12008, count: 1)
        == "level 0, iova 0x401000 to 0x401fff: empty")
  }

  @Test func aTableOutOfReachHasNone() {
    memory.add(0x10000)
    memory.add(0x20000)
    let places = places(level: 1)
    #expect(places.describe(0, at: 0x20000, count: 1) == "empty")
    #expect(places.describe(7, at: 0x20000, count: 1) == "in a table that the top does not reach")
  }
}
