// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The verbs that make their own scenarios, and the options that say where subjects run.
@Suite struct IsolatedVerbTests {
  private let scratch: ScratchFolder
  private let file: String

  init() throws {
    scratch = try ScratchFolder()
    file = try scratch.file("three.iopt", IsolationTests.three.utf8)
  }

  @Test(
    arguments: FatalPlugin.crashes + FatalPlugin.exits + FatalPlugin.nonsense + [
      FatalPlugin.hangs[0]
    ])
  func minimizeShrinksItToItsCore(_ fatal: FatalPlugin) throws {
    let plugin = try fatal.plugin.build(in: scratch)
    let scenario = try scratch.file("one.iopt", Self.long.utf8)
    let core = scratch("core.iopt")
    let tool = try Tool.iopt(
      "minimize", scenario, "--left", "reference", "--right", plugin, "--limit", "0.5", "-o", core)
    if fatal.plugin.name == "crashes on the second scenario only" {
      // In a process of its own it is the first that is run, and nothing is found.
      #expect(tool.status == 1 || tool.status == 0)
      return
    }
    #expect(tool.status == 0 && tool.errors == "", "\(tool)")
    #expect(tool.output.contains("(\(fatal.signature);"), "\(tool.output)")
    let text = try String(contentsOfFile: core, encoding: .utf8)
    // The operation in which it dies, or none when it dies without one.
    #expect(text.split(separator: "\n").count == (fatal.line > 4 ? 3 : 2), "\(text)")
  }

  /// One scenario with operations that have nothing to do with it.
  private static let long =
    IsolationTests.three.split(separator: "\n").prefix(2).joined(separator: "\n") + "\n"
      + """
      iova_to_phys 0x1000
      map_range 0x200000 0x200000 0x200000 rw
      gather 0 strict
      unmap_fast 0 0x200000 0x200000
      iotlb_sync 0
      map 0x1000 0x1000 0x1000 rw
      map 0x2000 0x1000 0x1000 rw
      unmap 0x1000 0x1000
      iova_to_phys 0x2000

      """

  /// What a map has spoilt shows when the next scenario is sent, before anything of that is run:
  /// that is not where it died, and the shrinker's next candidate is judged all the same.
  @Test func whatKillsTheProcessBetweenScenariosIsNotTheNextOnes() throws {
    let plugin = try BadPlugin(
      "dies at the next message", .run,
      "if (op->kind == IOPT_OP_MAP) for (int f = 3; f < 1024; f++) {"
        + " fcntl(f, F_SETOWN, getpid()); fcntl(f, F_SETFL, fcntl(f, F_GETFL) | O_ASYNC); }"
        + " if (op->kind == IOPT_OP_IOVA_TO_PHYS) host_of_all->size = 1"
    ).build(in: scratch)
    let scenario = try scratch.file("one.iopt", Self.long.utf8)
    let core = scratch("core.iopt")
    let tool = try Tool.iopt(
      "minimize", scenario, "--left", "reference", "--right", plugin, "-o", core)
    #expect(tool.status == 0 && tool.errors == "", "\(tool)")
    let text = try String(contentsOfFile: core, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 3 && text.contains("iova_to_phys"), "\(text)")
  }

  private static let unmap = FatalPlugin.crashes[1].plugin

  @Test(arguments: [
    ["exhaustive", "--depth", "1", "--format", "vtdss"], ["allocations"], ["contract"],
  ])
  func aSweepKeepsTheScenarioAndGoesOn(_ verb: [String]) throws {
    let plugin = try Self.unmap.build(in: scratch)
    let artifacts = scratch("artifacts")
    var arguments = ["sweep"] + verb + ["--artifacts", artifacts, "--reports", "1000"]
    arguments += verb[0] == "contract" ? ["--subject", plugin] : ["--right", plugin]
    if verb[0] != "exhaustive" { arguments.append(file) }
    let tool = try Tool.iopt(arguments)
    #expect(tool.status == 1 && tool.errors == "")
    let kept = try FileManager.default.contentsOfDirectory(atPath: artifacts)
    #expect(!kept.isEmpty)
    for name in kept {
      #expect(
        tool.output.contains("\(artifacts)/\(name):"), "\(name) is not reported: \(tool.output)")
    }
    let ends = tool.output.components(separatedBy: " ended its process by SIGSEGV in operation ")
    #expect(ends.count == kept.count + 1)
    let command = try #require(
      tool.output.split(separator: "\n").first { $0.hasPrefix("  reproduce: ") })
    #expect(try Tool.shell(String(command.dropFirst(13))).status == 1)
  }

  @Test func withNothingWrongTheVerdictsAreThoseOfOneProcess() throws {
    let plugin = try BadPlugin("does nothing wrong", .run, "").build(in: scratch)
    let files = [file, "Corpus/kernel/pt/directed-riscv-4k.iopt.gz"]
    for verb in [["diff", "--right", plugin], ["check", "--subject", plugin]] {
      let apart = try Tool.iopt(verb + files)
      let together = try Tool.iopt(verb + files + ["--in-process"])
      #expect(apart.status == 0 && apart.output == together.output && apart.errors == "")
    }
    for verb in [
      ["diff", file], ["check"] + files, ["replay", files[1]], ["record", file],
      ["sweep", "exhaustive", "--depth", "1", "--format", "amdv1"],
      ["sweep", "allocations", file], ["sweep", "contract", "--count", "1"],
    ] {
      let apart = try Tool.iopt(verb + ["--isolate"])
      let together = try Tool.iopt(verb)
      #expect(apart.status == 0 && apart.output == together.output && apart.errors == "", "\(verb)")
    }
  }

  @Test func aDifferenceIsReportedToTheLetterAsInOneProcess() throws {
    let plugin = try BadPlugin(
      "maps for reading only", .run,
      "if (op->kind == IOPT_OP_MAP) { struct iopt_op other = *op; other.prot = 1;"
        + " return iopt_reference_subject()->run(state, &other); }"
    ).build(in: scratch)
    for verb in [["diff", file, "--right", plugin], ["diff", file, "--right", plugin, "--json"]] {
      let apart = try Tool.iopt(verb)
      let together = try Tool.iopt(verb + ["--in-process"])
      #expect(apart.status == 1 && apart.output == together.output && apart.errors == "")
      #expect(apart.output.contains("comparison map") || apart.output.contains("differs"))
    }
  }

  @Test func refusalsAndDomainsNotOpenedAreCountedThere() throws {
    let plugin = try Tool.examplePlugin(in: scratch)
    for verb in [["diff", file, "--right", plugin], ["check", file, "--subject", plugin]] {
      let apart = try Tool.iopt(verb)
      let together = try Tool.iopt(verb + ["--in-process"])
      #expect(apart.status == 3 && apart.output == together.output)
      #expect(apart.output.contains("  3 scenarios not run: \(plugin) refuses: "))
    }
    let narrow = try scratch.file(
      "narrow.iopt", "iopt 1\ndomain format=riscv_64 va=39 oa=200 features=none\n".utf8)
    let apart = try Tool.iopt("diff", narrow, "--isolate")
    #expect(apart.status == 3)
    #expect(try apart.output == Tool.iopt("diff", narrow).output)
  }

  @Test func inProcessASubjectTakesTheProgramWithIt() throws {
    let plugin = try BadPlugin("leaves with 5", .run, "exit(5)").build(in: scratch)
    #expect(try Tool.iopt("diff", file, "--right", plugin, "--in-process").status == 5)
    #expect(try Tool.iopt("diff", file, "--right", plugin).status == 1)
  }

  @Test func standardInputIsReadByTheProgramAlone() throws {
    let plugin = try BadPlugin(
      "reads its input", .run, "char c; if (read(0, &c, 1) > 0) abort()"
    ).build(in: scratch)
    let tool = try Tool.iopt("diff", "-", "--right", plugin, input: IsolationTests.three)
    #expect(tool.status == 0 && tool.output.contains(": 3 scenarios, "))
  }

  @Test func anErrorInAFileComesAfterWhatStandsBeforeIt() throws {
    let plugin = try Self.unmap.build(in: scratch)
    let bad = try scratch.file("bad.iopt", (IsolationTests.three + "nonsense\n").utf8)
    let tool = try Tool.iopt("diff", bad, "--right", plugin)
    #expect(tool.status == 2)
    #expect(tool.output.hasPrefix("\(bad):8: \(plugin) ended its process by SIGSEGV"))
    #expect(tool.errors.hasPrefix("\(bad):12:"))
  }

  @Test(arguments: [
    ["--limit", "0"], ["--limit", "-1"], ["--limit", "soon"], ["--isolate", "--in-process"],
  ])
  func optionsThatMakeNoSenseAreOneLine(_ options: [String]) throws {
    let tool = try Tool.iopt(["diff", file] + options)
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors.split(separator: "\n").count == 1)
  }
}
