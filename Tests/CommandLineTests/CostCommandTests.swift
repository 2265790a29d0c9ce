// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// `iopt check --costs`
@Suite struct CostCommandTests {
  private static let scenario = """
    iopt 2
    domain format=riscv_64 kernel=7.1 va=39 oa=56 features=sign_extend,flush_range
    map 0x1000 0x80001000 0x3000 rw
    unmap 0x1000 0x2000

    """

  private func lines(_ arguments: String...) throws -> [String] {
    let tool = try Tool.iopt(
      ["check", "-", "--subject", "swift", "--costs"] + arguments, input: Self.scenario)
    #expect(tool.status == 0)
    return tool.output.split(separator: "\n").map(String.init)
  }

  private func value(_ name: String, _ lines: [String]) -> Int? {
    lines.map { $0.split(separator: " ") }.first { $0.first == name[...] }.flatMap { Int($0[1]) }
  }

  /// Two pages, a command each, 7.1's way.
  @Test func theNaturalDriverIsMeasured() throws {
    let lines = try lines()
    #expect(lines.contains("  costs behind riscv:"))
    #expect(value("commands", lines) == 2 && value("waits", lines) == 1)
    #expect(value("bytes-changed", lines) == 8192)
  }

  @Test func eachNamedDriverIsMeasuredByItself() throws {
    let lines = try lines("--driver", "shadow", "--driver", "exact")
    #expect(lines.filter { $0.hasPrefix("  costs behind") }.count == 2)
    // The first is shadow.
    #expect(value("traps", lines) == 1)
  }

  @Test func allDriversAreThoseWhoseHardwareCanHaveTheTable() throws {
    let lines = try lines("--driver", "all").filter { $0.hasPrefix("  costs behind") }
    #expect(lines.contains("  costs behind riscv-nl-s:") && lines.contains("  costs behind s390:"))
    #expect(!lines.contains("  costs behind amd:") && !lines.contains("  costs behind vtd:"))
  }

  @Test func programsGetTheSameFromAProcessOfItsOwn() throws {
    let inside = try lines("--json")
    #expect(inside.contains { $0.contains("\"driver\" : \"riscv\"") })
    #expect(try lines("--json", "--isolate") == inside)
  }

  @Test func withoutHardwareThereIsNothingToMeasure() throws {
    let tool = try Tool.iopt(
      "check", "-", "--oracle", "leak", "--costs", input: Self.scenario)
    #expect(tool.status == 2)
  }

  /// Three pages, queued and not flushed.
  @Test func buffersInTheWindowAreToldAndWithStrictAFailure() throws {
    let queued = """
      iopt 2
      domain format=x86_64 kernel=7.3 va=48 oa=52 features=sign_extend,flush_range top=3
      dma queue=percpu cpus=1 size=8 timeout=10 mode=fq limit=0xffffffffffffffff
      dma_map 0 0x80000000 0x3000 to_device
      dma_unmap 0
      tick 4

      """
    let check = ["check", "-", "--subject", "swift"]
    let told = try Tool.iopt(check, input: queued)
    #expect(told.status == 0)
    let line = "  memory-in-the-window: 1 ranges of 12288 bytes, at most 4 ms, 49152 byte-ms"
    #expect(told.output.contains(line), "\(told.output)")
    let strict = try Tool.iopt(check + ["--strict"], input: queued)
    #expect(strict.status == 1 && strict.output.contains("the buffer is its driver's again"))
    // As it is typed it shows the same again.
    #expect(strict.output.contains("\n  reproduce: iopt check - --subject swift --strict\n"))
  }

  @Test func theHelpNamesPropertiesAndMeters() throws {
    let help = try Tool.iopt("check", "--help").output
    for name in ["stale-translation: ", "memory-in-the-window: ", "pointers-lost (entries): "] {
      #expect(help.contains(name), "\(name)")
    }
  }
}
