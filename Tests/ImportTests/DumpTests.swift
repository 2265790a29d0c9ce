// SPDX-License-Identifier: GPL-2.0-only
import Import
import Lockstep
import ScenarioLanguage
import Testing

@Suite struct DumpTests {
  private struct Read {
    var text = ""
    var dump: DumpImport
    var complaints: [String] = []
    var rows: [(Operation, [DumpRow])] = []
  }

  private final class Said { var lines: [String] = [] }

  private func read(_ text: String, _ domain: DomainConfiguration? = nil) throws -> Read {
    let said = Said()
    let dump = DumpImport(domain: domain, kernel: .linux7_3, decodes: true) {
      said.lines.append("\($0)")
    }
    var all = ""
    var rows: [(Operation, [DumpRow])] = []
    try dump.read(
      ByteInput(bytes: Array(text.utf8), name: "dump"),
      { (buffer) throws(ScenarioError) in
        all += buffer.string
        buffer.removeAll()
      }, observe: { rows.append(($1, $2)) })
    return Read(text: all, dump: dump, complaints: said.lines, rows: rows)
  }

  private static let heading =
    "IOVA_PFN         \tPML5E             \tPML4E             \tPDPE              \tPDE               \tPTE\n"

  private func hex(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// What the debugfs file would show of a domain.
  private func dumped(_ domain: DirectDomain) -> String {
    var text = "Device 0000:00:02.0 @0x\(String(domain.top, radix: 16))\n" + Self.heading
    let reader = TableReader(domain.configuration)
    func walk(_ table: UInt64, _ level: Int, _ iova: UInt64, _ path: [UInt64]) {
      for index in 0..<512 {
        let word = domain.word(index, ofTable: table)!
        let here = iova | UInt64(index) << UInt64(TableEntry.itemLog2(level))
        var path = path
        path[level] = word
        switch reader.entry(word, level: level) {
        case .empty: continue
        case .table(let next): walk(next, level - 1, here, path)
        case .leaf:
          text +=
            "\(hex(here >> 12, 13)) |\t\(hex(path[4], 16))\t\(hex(path[3], 16))\t\(hex(path[2], 16))"
          if path[1] != 0 { text += "\t\(hex(path[1], 16))" }
          if path[0] != 0 { text += "\t\(hex(path[0], 16))" }
          text += "\n"
        }
      }
    }
    walk(domain.top, domain.level, 0, [0, 0, 0, 0, 0])
    return text
  }

  private func domain(_ line: String, _ operations: [Operation]) throws -> DirectDomain {
    let scenario = try readScenarios(bytes: Array("iopt 2\n\(line)\n".utf8), name: "line")[0]
      .scenario
    let domain = try DirectDomain(.swift, scenario.domain)
    for operation in operations {
      let answer = domain.run(operation)
      #expect(answer.status == .done && answer.errno == nil && answer.value == 0)
    }
    return domain
  }

  private static let maps: [Operation] = [
    .map(iova: 0x1000, pa: 0x5000_5000, length: 0x3000, prot: [.read, .write]),
    // 1 GiB page, 2 MiB pages, then 4 KiB pages.
    .map(iova: 0x4000_0000, pa: 0x1_8000_0000, length: 0x4040_3000, prot: [.read, .write]),
    // Pages that would be a large one if they were mapped at once.
    .map(iova: 0x1_0000_0000, pa: 0x2_0000_0000, length: 0x10_0000, prot: [.read, .write]),
    .map(iova: 0x1_0010_0000, pa: 0x2_0010_0000, length: 0x10_0000, prot: [.read, .write]),
    .map(iova: 0x7fff_f000_0000, pa: 0x3_0000_0000, length: 0x1000, prot: .read),
  ]

  @Test(arguments: [
    "domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3",
    "domain format=vtdss kernel=7.3 va=57 oa=52 features=dma_incoherent,flush_range,vtdss_force_coherence top=4",
    "domain format=vtdss kernel=7.2 va=48 oa=52 features=dma_incoherent,flush_range top=3",
    "domain format=x86_64 kernel=7.3 va=48 oa=52 features=sign_extend,flush_range top=3",
    "domain format=x86_64 kernel=7.3 va=57 oa=52 features=dma_incoherent,sign_extend,flush_range top=4",
  ])
  func aDumpedTableIsBuiltAgainWordByWord(_ line: String) throws {
    let original = try domain(line, Self.maps)
    let dump = dumped(original)
    let read = try read(dump)
    #expect(read.complaints.isEmpty && read.dump.breaches.isEmpty)
    let imported = try readScenarios(bytes: Array(read.text.utf8), name: "dump")
    #expect(imported.count == 1)
    let scenario = imported[0].scenario
    #expect(scenario.domain.format == original.configuration.format)
    #expect(scenario.domain.features == original.configuration.features)
    #expect(scenario.domain.va == original.configuration.va)
    // Maps in rising order allocate tables alike: then the words are equal to the bit.
    let again = try DirectDomain(.swift, scenario.domain)
    for operation in scenario.operations { #expect(again.run(operation).value == 0) }
    #expect(dumped(again) == dump)
    #expect(again.liveTables == original.liveTables)
    let tally = read.dump.tables[0].tally
    #expect(tally.tables.reduce(0, +) == original.liveTables)
    #expect(tally.bytes == 0x3000 + 0x4040_3000 + 0x20_0000 + 0x1000)
    #expect(tally.leaves[2] == 1 && tally.leaves[1] == 2)
  }

  @Test func entriesAreTakenApartOnceEach() throws {
    let original = try domain(
      "domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3", Self.maps)
    let read = try read(dumped(original))
    let comments = read.text.split(separator: "\n").filter { $0.hasPrefix("# P") }
    #expect(comments.contains { $0.hasPrefix("# PTE[1] 0x50005003 leaf oa=0x50005000 R W") })
    #expect(comments.filter { $0.hasPrefix("# PML4E[0]") }.count == 1)
  }

  private func breaches(_ rows: String...) throws -> [String] {
    try read(Self.heading + rows.map { $0 + "\n" }.joined()).dump.breaches
  }

  @Test func whatBreaksTheFormatsRulesIsSaid() throws {
    let upper = "0x0000000000000000\t0x0000000001000003\t0x0000000002000003"
    let misaligned = try breaches("0x0000000000200 |\t\(upper)\t0x0000000030001083")
    #expect(misaligned.contains { $0.contains("not aligned") && $0.contains("line 2") })
    let large = try breaches(
      "0x0000000000000 |\t0x0000000000000000\t0x0000000001000083\t0x0000000002000003\t0x0000000003000003\t0x4003"
    )
    #expect(large.contains { $0.contains("bit 7") })
    let twice = try breaches(
      "0x0000000000000 |\t\(upper)\t0x0000000003000003\t0x0000000000004003",
      "0x0000000000200 |\t\(upper)\t0x0000000003000003\t0x0000000000004003")
    #expect(twice.contains { $0.contains("two IOVAs to one table") })
    let crooked = try breaches("0x0000000000201 |\t\(upper)\t0x0000000030000083")
    #expect(crooked.contains { $0.contains("not aligned to its size") })
    let back = try breaches(
      "0x0000000000002 |\t\(upper)\t0x0000000003000003\t0x0000000000004003",
      "0x0000000000001 |\t\(upper)\t0x0000000003000003\t0x0000000000005003")
    #expect(back.contains { $0.contains("lies over the one before") })
    let fine = try breaches("0x0000000000001 |\t\(upper)\t0x0000000003000003\t0x0000000000004003")
    #expect(fine.isEmpty)
  }

  @Test func addressesAboveTheHostsWidthAreReserved() throws {
    let narrow = DomainConfiguration(
      format: .vtdss, va: 48, oa: 39, features: .flushRange, top: 3, kernel: .linux7_3)
    let row =
      "0x0000000000001 |\t0x0000000000000000\t0x0000000001000003\t0x0000000002000003\t0x0000000003000003\t0x0000018000004003\n"
    #expect(
      try read(Self.heading + row, narrow).dump.breaches.contains {
        $0.contains("above the host's width of 39")
      })
  }

  private static let upper = "0x0000000000000000\t0x0000000001000003\t0x0000000002000003"

  @Test func anEntryThatTwoRowsGiveTwoValuesForIsSaid() throws {
    let middle = try breaches(
      "0x0000000000001 |\t\(Self.upper)\t0x0000000003000003\t0x0000000000004003",
      "0x0000000000002 |\t\(Self.upper)\t0x0000000005000003\t0x0000000000005003")
    #expect(middle.contains { $0.contains("PDE[0] differs between lines 2 and 3") })
    let leaf = try breaches(
      "0x0000000000001 |\t\(Self.upper)\t0x0000000003000003\t0x0000000000004003",
      "0x0000000000200 |\t\(Self.upper)\t0x0000000006000003\t0x0000000000007003",
      "0x0000000000201 |\t\(Self.upper.replacing("2000003", with: "9000003"))\t0x0000000006000003\t0x0000000000008003"
    )
    #expect(leaf.contains { $0.contains("PDPE[0] differs between lines 3 and 4") })
  }

  @Test(arguments: ["", "> ", ">> "])
  func aDumpInAMailIsReadWithItsBrokenRows(_ quote: String) throws {
    let original = try domain(
      "domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3", Self.maps)
    let plain = dumped(original)
    let whole = try read(plain)
    // A mail breaks a row where a tab stands, in turns.
    var mail = ""
    for (number, line) in plain.split(separator: "\n").enumerated() {
      var words = line.split(separator: "\t").map(String.init)
      if words.count > 3, words[0].hasPrefix("0x") {
        words[1 + number % (words.count - 1)] =
          "\n" + quote + words[1 + number % (words.count - 1)]
      }
      mail += quote + words.joined(separator: "\t") + "\n"
    }
    let read = try read(mail)
    #expect(read.complaints.isEmpty && read.dump.breaches.isEmpty)
    #expect(read.rows.count == whole.rows.count)
    #expect(read.rows.map(\.0) == whole.rows.map(\.0))
    #expect(read.dump.tables.map(\.tally) == whole.dump.tables.map(\.tally))
  }

  @Test func devicesThatShareATableAreReadOnce() throws {
    let original = try domain(
      "domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3", Self.maps)
    let dump = dumped(original)
    let read = try read(dump + dump.replacing("02.0", with: "02.1"))
    #expect(read.dump.tables.count == 1 && read.dump.repeated == 1)
  }

  @Test func aMalformedRowIsToldWithItsPlace() throws {
    let read = try read(Self.heading + "0x0000000000001 |\t0x00000000000zz\n")
    #expect(
      read.complaints == [
        "dump:2:19: error: expected an entry, a hexadecimal number, found `0x00000000000zz`"
      ])
    #expect(read.dump.malformed == 1 && read.dump.tables.isEmpty)
  }
}
