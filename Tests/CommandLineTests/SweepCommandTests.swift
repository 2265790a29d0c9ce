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
    #expect(tool.output.contains("  wholeEntryRemoved: 1\n"))
    #expect(tool.output.hasSuffix(": kept\n"))
  }

  /// One buffer's life where gaps are not wanted.
  private static let strictBuffer = """
    iopt 1
    domain format=x86_64 va=48 oa=52 features=sign_extend,flush_range_no_gaps top=3
    dma queue=percpu cpus=1 mode=strict size=8 timeout=10 limit=0xffffffffffffffff
    dma_map 0 0x80000000 0x1000 to_device
    dma_unmap 0

    """

  @Test(arguments: ["swift", "reference"])
  func theContractOfTheDMALayerIsJudged(_ subject: String) throws {
    let tool = try Tool.iopt(
      "sweep", "contract", "-", "--subject", subject, input: Self.strictBuffer)
    #expect(tool.status == 0 && tool.errors == "")
    // 2 operations, and the end.
    #expect(
      tool.output == "\(subject): 1 scenarios, 3 statements, judged 3 times: kept\n")
  }

  /// The first form of `gather_range_pages()` gives the IOVA back without an invalidation.
  @Test(arguments: ["swift", "reference"])
  func aBreachOfTheDMALayersContractIsReportedAndKept(_ subject: String) throws {
    let scratch = try ScratchFolder()
    let artifacts = scratch("artifacts")
    let tool = try Tool.iopt(
      "sweep", "contract", "-", "--subject", "\(subject),gather=original", "--artifacts",
      artifacts, input: Self.strictBuffer)
    #expect(tool.status == 1 && tool.errors == "")
    let kept = try FileManager.default.contentsOfDirectory(atPath: artifacts)
    try #require(kept.count == 1)
    #expect(
      tool.output.hasPrefix(
        "\(artifacts)/\(kept[0]):5: \(subject),gather=original breaks the contract at operation 1"
          + " of the scenario at line 1:"
          + " IOVA 0x7ffffffff000 length 0x1000 freed before a sync that covers it\n"
          + "    dma_unmap 0\n"))
    #expect(tool.output.hasSuffix(": broken in 1 scenarios\n"))
  }

  @Test func generatedScenariosAreOfBothLayersOrOfOne() throws {
    let both = try Tool.iopt("sweep", "contract", "--count", "2")
    #expect(both.status == 0)
    #expect(both.output.contains("swift: 52 scenarios, "))
    let dma = try Tool.iopt("sweep", "contract", "--count", "2", "--layer", "dma")
    #expect(dma.status == 0)
    #expect(dma.output.contains("swift: 8 scenarios, ") && dma.output.hasSuffix(": kept\n"))
  }

  /// A ragged length runs away.
  @Test func aScenarioThatCrashesIsSaidToBeJudgedInPart() throws {
    let crash = Self.strictBuffer.replacingOccurrences(
      of: "dma_unmap 0", with: "map 0x1000 0x1000 0x1001 rw")
    let tool = try Tool.iopt("sweep", "contract", "-", input: crash)
    #expect(tool.status == 0)
    #expect(
      tool.output.hasPrefix("  judged only up to a crash: 1 scenarios\n"))
  }

  @Test func aDomainThatIsRefusedIsNotCalledKept() throws {
    let tool = try Tool.iopt(
      "sweep", "contract", "-",
      input: """
        iopt 1
        domain format=riscv_64 va=39 oa=200 features=none
        dma queue=percpu cpus=1 mode=strict size=8 timeout=10 limit=0xffffffffffffffff
        dma_map 0 0x80000000 0x1000 to_device

        """)
    #expect(tool.status == 3)
    #expect(tool.output.hasSuffix(" judged 0 times: nothing to judge\n"))
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
    let kept = try FileManager.default.contentsOfDirectory(atPath: artifacts)
    try #require(kept.count == 1 && kept[0].hasPrefix("sweep-contract-"))
    #expect(tool.output.hasPrefix("\(artifacts)/\(kept[0]):5: "))
    #expect(tool.output.contains(" breaks the contract at operation 2 "))
    #expect(tool.output.contains("\n  the scenario is that of \(file):2\n"))
  }

  @Test(arguments: [
    ["exhaustive", "--depth", "0"], ["exhaustive", "--deep", "0"],
    ["exhaustive", "--format", "arm"], ["configurations", "--format", "arm"],
    ["contract", "--count", "0"], ["contract", "no-such-file"],
    ["contract", "--layer", "dmx"],
    ["allocations", "no-such-file"], ["allocations"],
  ])
  func badInputIsOneMessageAndStatusTwo(_ arguments: [String]) throws {
    let tool = try Tool.iopt(["sweep"] + arguments)
    #expect(tool.status == 2 && tool.output == "" && tool.errors != "")
  }
}
