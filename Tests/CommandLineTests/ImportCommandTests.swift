// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import Testing

/// `iopt import` and `iopt explain-fault` as a user meets them.
@Suite struct ImportCommandTests {
  private static let examples = Tool.root.appendingPathComponent("Documentation/import-examples")

  private func example(_ name: String) -> String {
    Self.examples.appendingPathComponent(name).path
  }

  @Test(arguments: ["amd", "intel", "riscv"], ["7.1", "7.2", "7.3"])
  func whatIsImportedIsCheckedAndDiffed(_ like: String, _ kernel: String) throws {
    let folder = try ScratchFolder()
    let file = folder("case.iopt.gz")
    for name in ["tracefs.txt", "trace-cmd.txt", "perf-script.txt", "dmesg.txt", "mail.txt"] {
      let tool = try Tool.iopt(
        "import", example(name), "--like", like, "--kernel", kernel, "-o", file)
      #expect(tool.status == 0 && tool.output == "")
      #expect(try Tool.iopt("check", file).status == 0)
      #expect(try Tool.iopt("diff", file).status == 0)
    }
  }

  @Test func standardInputAndSeveralFilesAreRead() throws {
    let text = try String(contentsOfFile: example("dmesg.txt"), encoding: .utf8)
    let tool = try Tool.iopt("import", "-", example("trace-cmd.txt"), "--like", "amd", input: text)
    #expect(tool.status == 0)
    #expect(try readScenarios(bytes: Array(tool.output.utf8), name: "out").count == 2)
  }

  @Test func whatIsNoTraceIsBadInputAndNothingToImportIsSaid() throws {
    let prose = try Tool.iopt("import", "-", input: "Dear all,\n")
    #expect(prose.status == 2 && prose.output == "")
    #expect(prose.errors.hasPrefix("<standard input>: error: expected a trace"))
    let others = try Tool.iopt(
      "import", "-", input: "bash-1 [000] ..... 1.000001: sched_switch: prev_comm=bash\n")
    #expect(others.status == 3 && others.errors.contains("nothing to import"))
    let broken = try Tool.iopt(
      "import", "-",
      input: "qemu-1 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000001000 paddr=zz size=1\n"
    )
    #expect(broken.status == 3)
    #expect(broken.errors.hasPrefix("<standard input>:1:72: error: expected a hexadecimal"))
    #expect(try Tool.iopt("import", "/nowhere").status == 2)
    #expect(try Tool.iopt("import", example("tracefs.txt"), "--prot", "rx").status == 2)
    #expect(try Tool.iopt("import", example("tracefs.txt"), "--domain", "format=vtdss").status == 2)
  }

  @Test func nothingIsWrittenWhereNothingIsImported() throws {
    let folder = try ScratchFolder()
    let tool = try Tool.iopt("import", "-", "-o", folder("out.iopt"), input: "Dear all,\n")
    #expect(tool.status == 2)
    #expect(!FileManager.default.fileExists(atPath: folder("out.iopt")))
  }

  @Test func aDumpIsBuiltAgainAndItsFaultsAreStatusOne() throws {
    let whole = try Tool.iopt("import", "--dump", example("dump-second-stage.txt"))
    #expect(
      whole.status == 0 && whole.errors.contains("all 11 words on the way to pages are equal"))
    let broken = try Tool.iopt("import", "--dump", example("dump-broken.txt"))
    #expect(broken.status == 1 && broken.errors.contains("two IOVAs to one table"))
    #expect(try Tool.iopt("import", "--dump", example("mail.txt")).status == 2)
    let empty = try Tool.iopt("import", "--dump", "-", input: "")
    #expect(empty.status == 3)
  }

  @Test func aFaultIsExplainedAsJSONToo() throws {
    let tool = try Tool.iopt("explain-fault", example("perf-script.txt"), "--json")
    #expect(tool.status == 0)
    let faults = try #require(
      JSONSerialization.jsonObject(with: Data(tool.output.utf8)) as? [[String: Any]])
    #expect(faults.count == 1)
    #expect((faults[0]["causes"] as? [String])?.first == "flush-queue-window")
    #expect(try Tool.iopt("explain-fault", example("tracefs.txt")).status == 3)
    #expect(
      try Tool.iopt("explain-fault", example("tracefs.txt"), "--iova", "0xffffe010").status == 0)
    #expect(try Tool.iopt("explain-fault", example("tracefs.txt"), "--iova", "x").status == 2)
  }

  @Test func aReviewRunsWorkloads() throws {
    let folder = try ScratchFolder()
    let file = folder("work.iopt")
    #expect(
      try Tool.iopt("import", example("tracefs.txt"), "--like", "amd", "-o", file).status == 0)
    let tool = try Tool.iopt(
      "review", "reference", "swift", "--workload", file, "--seconds", "0", "--no-costs",
      "--no-cases", "--no-lines")
    #expect(tool.status == 0)
    #expect(tool.output.contains("no difference in 1 scenarios"))
  }
}
