// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A plug-in that misuses table memory in one operation gets a verdict by name, at that operation, and
/// the scenario that follows in the same file keeps its own.
@Suite struct TableMemoryTests {
  /// One misuse: what is done first by both sides, what the bad one does on top, and what is said of it.
  struct Misuse: CustomTestStringConvertible, Sendable {
    var signature: String
    var says: String
    var first = ""
    var bad: String
    /// The scenario's operation at which it is seen; nil: at its end.
    var operation: Int? = 1

    var testDescription: String { bad }
  }

  private static let table = "t = h->alloc_table(h, 0x1000);"
  private static let freed = table + " h->free_table(h, t);"
  private static let end = "IOPT_ARENA_BASE + IOPT_SLOT_COUNT * IOPT_SLOT_SIZE"

  static let misuses = [
    Misuse(
      signature: "write to a freed table", says: "wrote 0x800003008, which is in a freed table",
      first: freed, bad: "*at(t + 8) = 7;"),
    Misuse(
      signature: "write past a table",
      says: "wrote 0x800004000, 0 bytes past the end of a table", first: table,
      bad: "*at(t + 0x1000) = 7;"),
    Misuse(
      signature: "write past a table",
      says: "wrote 0x800008008, 8 bytes past the end of a table",
      first: "t = h->alloc_table(h, 0x4000);", bad: "*at(t + 0x4008) = 7;"),
    // The next slot is another table of its own: nothing but the missing record tells.
    Misuse(
      signature: "untold word", says: "changed the table word at 0x800001000 without",
      bad: "*at(d->top + 0x1000) = 7;"),
    Misuse(
      signature: "write outside tables", says: "wrote 0x800008010, where it has no table",
      bad: "*at(IOPT_ARENA_BASE + 0x8010) = 7;"),
    Misuse(
      signature: "write outside tables", says: "wrote 0x80ea60000, where it has no table",
      bad: "*at(IOPT_ARENA_BASE + 60000 * IOPT_SLOT_SIZE) = 7;"),
    Misuse(
      signature: "read outside tables", says: "read 0x80ea60000, where it has no table",
      bad: "d->top += *(volatile uint64_t *)at(IOPT_ARENA_BASE + 60000 * IOPT_SLOT_SIZE);"),
    Misuse(
      signature: "write before table memory",
      says: "wrote 0x7fffffff8, 8 bytes before table memory",
      bad: "*at(IOPT_ARENA_BASE - 8) = 7;"),
    Misuse(
      signature: "write past table memory",
      says: "wrote 0x810000000, 0 bytes past the end of table memory", bad: "*at(\(end)) = 7;"),
    Misuse(
      signature: "write past table memory",
      says: "wrote 0x8103fffff, 4194303 bytes past the end of table memory",
      bad: "*(unsigned char *)at(\(end) + IOPT_TABLE_MAX - 1) = 7;"),
    Misuse(
      signature: "untold word",
      says: "0x800000008 without a store record that says so: 0x0, told 0x7",
      bad: "iopt_log_store(h->log, d->top + 8, 1, 7, 0);"),
    Misuse(
      signature: "untold word",
      says: "0x800000008 without a store record that says so: 0x7, told 0x0",
      bad: "*at(d->top + 8) = 7;"),
    Misuse(
      signature: "untold word", says: "0x800000010 without a store record",
      bad: "iopt_log_store(h->log, d->top + 8, 3, 0, UINT64_C(1) << 63);"),
    Misuse(
      signature: "store outside tables", says: "logged a store at 0x800000008, which is not wholly",
      bad: "iopt_log_store(h->log, d->top + 8, UINT64_C(1) << 63, 0, 0);"),
    Misuse(
      signature: "store outside tables", says: "logged a store at 0x800000008, which is not wholly",
      bad: "iopt_log_store(h->log, d->top + 8, UINT64_MAX, 0, 5);"),
    Misuse(
      signature: "store outside tables", says: "logged a store at 0x800000008, which is not wholly",
      bad: "iopt_log_store(h->log, d->top + 8, 0, 0, 0);"),
    Misuse(
      signature: "store outside tables", says: "logged a store at 0xfffffffffffffff8,",
      bad: "iopt_log_store(h->log, UINT64_MAX - 7, 2, 0, 0);"),
    Misuse(
      signature: "store outside tables", says: "logged a store at 0x800000004,",
      bad: "iopt_log_store(h->log, d->top + 4, 1, 0, 0);"),
    // Over the end of one table into the next.
    Misuse(
      signature: "store outside tables", says: "logged a store at 0x800000ff8, which is not wholly",
      bad: "*at(d->top + 0x1000) = 0; iopt_log_store(h->log, d->top + 0xff8, 2, 0, 0);"),
    Misuse(
      signature: "store outside tables", says: "logged a store at 0x800003008, which is not wholly",
      first: freed, bad: "iopt_log_store(h->log, t + 8, 1, 7, 0);"),
    Misuse(
      signature: "table freed twice", says: "freed the table at 0x800003000 a second time",
      first: freed, bad: "h->free_table(h, t);"),
    Misuse(
      signature: "free of no table", says: "freed 0x800005000, which is not the start of",
      first: "t = h->alloc_table(h, 0x2000);", bad: "h->free_table(h, t + 0x1000);"),
    Misuse(
      signature: "free of no table", says: "freed 0x800000008, which is not the start of",
      bad: "h->free_table(h, d->top + 8);"),
    Misuse(
      signature: "free of no table", says: "freed 0x1000, which is not the start of",
      bad: "h->free_table(h, 0x1000);"),
    Misuse(
      signature: "alloc of nothing", says: "asked for a table of 0 bytes",
      bad: "h->alloc_table(h, 0);"),
  ]

  private static let first = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
    map 0x1000 0x80001000 0x1000 rw
    map 0x3000 0xbad000 0x1000 rw
    map 0x5000 0x90000000 0x1000 r

    """

  /// It walks all over what a stray word would have hit.
  private static let second = """

    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
    map 0x1000 0x80001000 0x1000 rw
    map 0x40000000 0x80001000 0x1000 rw
    map 0x80000000 0x80001000 0x1000 rw
    map 0xc0000000 0x80001000 0x1000 rw
    iova_to_phys 0x1000

    """

  private static func plugin(_ misuse: Misuse, _ scratch: ScratchFolder, isBad: Bool) throws
    -> String
  {
    let place = "iopt_log2(d->host->log, IOPT_EVENT_RET, -error, error ? 0 : IOPT_SLOT_SIZE);"
    let body = """
      if (op->pa == 0xbad000) {
      struct iopt_host *h = d->host;
      uint64_t t = 0;
      #define at(pa) iopt_table_at(h, pa)
      \(misuse.first)
      \(isBad ? misuse.bad : "")
      (void)t;
      }
      \(place)
      """
    return try Tool.examplePlugin(in: scratch, replacing: [(place, body)])
  }

  @Test(arguments: misuses)
  func itIsNamedAtItsOperationAndTheNextScenarioKeepsItsVerdict(_ misuse: Misuse) throws {
    let scratch = try ScratchFolder()
    let good = try Self.plugin(misuse, scratch, isBad: false)
    let bad = try Self.plugin(misuse, scratch, isBad: true)
    let file = try scratch.file("case.iopt", (Self.first + Self.second).utf8)
    let sides = ["--left", good, "--right", bad]
    let tool = try Tool.iopt(["diff", file, "--json"] + sides)
    #expect(tool.status == 1 && tool.errors == "", "\(tool.errors)")
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(tool.output.utf8)) as? [String: Any])
    #expect(json["scenarios"] as? Int == 2 && json["divergences"] as? Int == 1)
    let reports = try #require(json["reports"] as? [[String: Any]])
    let report = try #require(reports.first)
    #expect(report["signature"] as? String == "abi map: \(misuse.signature)")
    #expect(report["operation"] as? Int == misuse.operation)
    #expect(report["line"] as? Int == 4)
    #expect(report["statement"] as? String == "map 0x3000 0xbad000 0x1000 rw")
    let headline = try #require(report["headline"] as? String)
    #expect(headline.hasPrefix("\(file):4: \(bad) broke a rule of the subject ABI"))
    #expect(headline.contains(misuse.says), "\(headline)")
    #expect((report["reproduce"] as? String)?.hasPrefix("iopt diff ") == true)
  }

  @Test func aTableThatIsTooLargeIsAWarningThatTheOtherSideHasNot() throws {
    let scratch = try ScratchFolder()
    let misuse = Misuse(signature: "", says: "", bad: "h->alloc_table(h, UINT64_C(1) << 63);")
    let good = try Self.plugin(misuse, scratch, isBad: false)
    let bad = try Self.plugin(misuse, scratch, isBad: true)
    let tool = try Tool.iopt(
      "diff", "-", "--left", good, "--right", bad, input: Self.first + Self.second)
    #expect(tool.status == 1)
    #expect(tool.output.contains("+ = warn\n"))
    #expect(tool.output.contains("2 scenarios") && tool.output.contains("1 scenarios differ"))
  }

  @Test(arguments: misuses)
  func replayNamesItAndTheNextScenarioKeepsItsVerdict(_ misuse: Misuse) throws {
    let scratch = try ScratchFolder()
    let good = try Self.plugin(misuse, scratch, isBad: false)
    let bad = try Self.plugin(misuse, scratch, isBad: true)
    let file = try scratch.file("case.iopt", (Self.first + Self.second).utf8)
    let trace = scratch("trace.iopt")
    #expect(try Tool.iopt("record", file, "--subject", good, "-o", trace).status == 0)
    #expect(try Tool.iopt("replay", trace, "--subject", good).status == 0)
    let tool = try Tool.iopt("replay", trace, "--subject", bad)
    #expect(tool.status == 1 && tool.errors == "", "\(tool.errors)")
    #expect(tool.output.contains("\(bad) broke a rule of the subject ABI"), "\(tool.output)")
    #expect(tool.output.contains(misuse.says), "\(tool.output)")
    #expect(tool.output.contains(" at operation 1 of the scenario at line 1"), "\(tool.output)")
    #expect(tool.output.hasSuffix(": 1 scenarios differ\n"), "\(tool.output)")
    let line = tool.output.split(separator: "\n").first { $0.hasPrefix("  reproduce: iopt ") }
    let again = try Tool.shell(String(try #require(line).dropFirst("  reproduce: ".count)))
    #expect(again.status == 1 && again.output.contains(misuse.says), "\(again.output)")
  }

  @Test(arguments: misuses)
  func aMisuseShrinksToItself(_ misuse: Misuse) throws {
    let scratch = try ScratchFolder()
    let good = try Self.plugin(misuse, scratch, isBad: false)
    let bad = try Self.plugin(misuse, scratch, isBad: true)
    let tool = try Tool.iopt(
      "minimize", "-", "--left", good, "--right", bad, input: Self.first)
    #expect(tool.status == 0, "\(tool.errors)")
    #expect(tool.output.contains("map 0x0 0xbad000 0x1000 r\n"), "\(tool.output)")
    let again = try Tool.iopt("diff", "-", "--left", good, "--right", bad, input: tool.output)
    #expect(again.status == 1 && again.output.contains("broke a rule of the subject ABI"))
  }
}
