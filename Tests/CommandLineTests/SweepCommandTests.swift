// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `iopt sweep` as a user meets it.
@Suite struct SweepCommandTests {
  private func scratch() -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-\(UUID().uuidString)").path
  }

  @Test func aSweepSaysHowManySequencesItRan() throws {
    let tool = try Tool.iopt("sweep", "exhaustive", "--depth", "1", "--format", "vtdss")
    #expect(tool.status == 0 && tool.errors == "")
    #expect(tool.output.contains(" sequences on 7 configurations, all of up to 1 operations: no"))
  }

  @Test func aDifferenceIsKeptReportedAndShownAgain() throws {
    let artifacts = scratch()
    defer { try? FileManager.default.removeItem(atPath: artifacts) }
    let tool = try Tool.iopt(
      "sweep", "exhaustive", "--depth", "2", "--left", "reference,gather=original", "--right",
      "reference", "--artifacts", artifacts, "--reports", "2")
    #expect(tool.status == 1)
    let files = try FileManager.default.contentsOfDirectory(atPath: artifacts)
    #expect(files.count == 2 && files.allSatisfy { $0.hasPrefix("sweep-exhaustive-") })
    #expect(tool.output.contains("reproduce: iopt diff \(artifacts)/\(files[0])"))
    #expect(tool.output.contains("more (--reports shows more)"))
    let again = try Tool.iopt(
      "diff", "\(artifacts)/\(files[0])", "--left", "reference,gather=original", "--right",
      "reference")
    #expect(again.status == 1)
  }

  @Test func allocationsOfAFileFailInTurn() throws {
    let tool = try Tool.iopt(
      "sweep", "allocations", "-",
      input: """
        iopt 1
        domain format=riscv_64 va=39 oa=56 features=none
        map 0x1000 0x1000 0x1000 rw

        """)
    #expect(tool.status == 0 && tool.errors == "")
    #expect(
      tool.output
        == "swift and reference: 1 scenarios, 3 allocations made to fail, 2 maps unwound:"
        + " nothing wrong\n")
  }

  @Test func theContractOfAFileIsKept() throws {
    let tool = try Tool.iopt(
      "sweep", "contract", "-", "--subject", "reference",
      input: """
        iopt 1
        domain format=riscv_64 va=39 oa=56 features=none
        map 0x0 0x200000 0x200000 rw
        unmap 0x0 0x1000

        """)
    #expect(tool.status == 0 && tool.errors == "")
    #expect(tool.output.hasPrefix("  wholeEntryRemoved: 1\n"))
    #expect(tool.output.hasSuffix(": kept\n"))
  }

  /// A plug-in that maps over what is there; its scenario is kept although it came from a file.
  @Test func aScenarioThatBreaksTheContractIsKept() throws {
    let scratch = try ScratchFolder()
    let source = try String(
      contentsOfFile: Tool.root.appendingPathComponent("Documentation/example-plugin/sv39.c").path,
      encoding: .utf8
    ).replacingOccurrences(of: "error = ERRNO_EADDRINUSE;", with: "put(d, pa, pte);")
    let plugin = scratch("careless.so")
    let compiler = try Tool.run(
      "/usr/bin/env",
      [
        "clang", "-std=c11", "-fPIC", "-shared", "-I", "reference/abi", "-o", plugin,
        try scratch.file("careless.c", source.utf8),
      ])
    try #require(compiler.status == 0, "\(compiler.errors)")
    let file = "Documentation/example-plugin/one-page.iopt"
    let artifacts = scratch("artifacts")
    let tool = try Tool.iopt(
      "sweep", "contract", file, "--subject", plugin, "--artifacts", artifacts)
    #expect(tool.status == 1 && tool.errors == "")
    #expect(
      tool.output.hasPrefix("\(file):2: sv39 breaks the contract at operation 2, map 0x1000 "))
    let kept = try FileManager.default.contentsOfDirectory(atPath: artifacts)
    #expect(kept.count == 1 && kept[0].hasPrefix("sweep-contract-"))
    #expect(tool.output.contains("\n  kept in \(artifacts)/\(kept[0])\n"))
  }

  @Test(arguments: [
    ["exhaustive", "--depth", "0"], ["exhaustive", "--deep", "0"],
    ["exhaustive", "--format", "arm"], ["configurations", "--format", "arm"],
    ["contract", "--count", "0"], ["contract", "no-such-file"],
    ["allocations", "no-such-file"], ["allocations"],
  ])
  func badInputIsOneMessageAndStatusTwo(_ arguments: [String]) throws {
    let tool = try Tool.iopt(["sweep"] + arguments)
    #expect(tool.status == 2 && tool.output == "" && tool.errors != "")
  }
}
