// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// A scenario that dies only for what another did to the process before: both are named.
@Suite struct SpoiltProcessTests {
  private static let domain = "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=none\n"
  private static let lookup = domain + "iova_to_phys 0x1000\n"
  private static let map = domain + "map 0x1000 0x1000 0x1000 rw\n"
  /// A map spoils the process, a lookup dies of it.
  private let plugin: String
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    plugin = try BadPlugin(
      "spoils what comes after it", .run,
      "if (op->kind == IOPT_OP_MAP) spoilt = 1;"
        + " if (spoilt && op->kind == IOPT_OP_IOVA_TO_PHYS) CRASH",
      before: "static int spoilt;"
    ).build(in: scratch)
  }

  private func diff(_ scenarios: [String]) throws -> (file: String, tool: Tool) {
    let file = try scratch.file("case.iopt", scenarios.joined().utf8)
    return (file, try Tool.iopt("diff", file, "--left", "reference", "--right", plugin))
  }

  @Test func theOneThatSpoiltTheProcessIsNamedWithTheOneThatDies() throws {
    let (file, tool) = try diff([Self.lookup, Self.map, Self.lookup, Self.lookup])
    #expect(tool.status == 1 && tool.errors == "", "\(tool)")
    #expect(
      tool.output.hasPrefix(
        """
        \(file):9: \(plugin) ended its process by SIGSEGV in operation 0 of the scenario at line 7
            iova_to_phys 0x1000
          only for what ran before it in its process: alone it shows nothing
          it takes the scenario at \(file):4 in front of it
          reproduce: iopt diff \(file) --left reference --right \(plugin)

        """), "\(tool.output)")
    #expect(tool.output.hasSuffix(": 4 scenarios, 8 statements: 1 scenarios differ\n"), "\(tool)")
  }

  @Test func itIsFoundAmongMany() throws {
    for place in [1, 20, 38] {
      var scenarios = [String](repeating: Self.lookup, count: 40)
      scenarios[place] = Self.map
      let (file, tool) = try diff(Array(scenarios.prefix(place + 2)))
      #expect(tool.status == 1, "\(tool)")
      let culprit = "\n  it takes the scenario at \(file):\(3 * place + 1) in front of it\n"
      #expect(tool.output.contains(culprit), "\(tool.output)")
    }
  }

  /// What dies alone is told as before, wherever it stands.
  @Test func whatDiesAloneIsItsOwn() throws {
    let own = try FatalPlugin.crashes[0].plugin.build(in: scratch)
    let file = try scratch.file(
      "own.iopt", [Self.lookup, Self.map, Self.lookup, Self.map].joined().utf8)
    let tool = try Tool.iopt("diff", file, "--left", "reference", "--right", own)
    #expect(tool.status == 1 && !tool.output.contains("alone"), "\(tool.output)")
    #expect(tool.output.hasSuffix(": 4 scenarios, 8 statements: 2 scenarios differ\n"), "\(tool)")
  }
}
