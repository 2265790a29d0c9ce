// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The kernel's own code as a subject, of the releases that make kernel-source fetched.
@Suite struct KernelTreeTests {
  private static let tree72 = FetchedTree("7.2")
  private static let tree73 = FetchedTree("7.3")
  private static let has72 = tree72.isThere
  private static let has73 = tree73.isThere

  @Test(.enabled(if: has72, "needs a tree: make kernel-source VERSION=7.2"))
  func linux7_2IsBuiltAndAgreesWithBothSidesOnTheDirectedTraces() throws { try agrees("7.2") }

  @Test(.enabled(if: has73, "needs a tree: make kernel-source VERSION=7.3"))
  func linux7_3IsBuiltAndAgreesWithBothSidesOnTheDirectedTraces() throws { try agrees("7.3") }

  private func agrees(_ release: String) throws {
    let traces = ["riscv-4k", "queued"].map { "Corpus/kernel/pt/directed-\($0).iopt.gz" }
    for side in ["swift", "reference"] {
      let tool = try Tool.iopt(
        ["diff"] + traces + ["--left", side, "--right", "kernel:\(release)"])
      #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
      #expect(tool.output.contains("\(side) and kernel:\(release): "))
    }
  }

  /// As what the tree is: in 7.2 the dirty range is another one.
  @Test(.enabled(if: has73, "needs a tree: make kernel-source VERSION=7.3"))
  func aScenarioThatNamesAnotherReleaseIsRunAndCounted() throws {
    let scratch = try ScratchFolder()
    func diff(_ release: String) throws -> Tool {
      let file = try scratch.file(
        "\(release).iopt",
        """
        iopt 2
        domain format=amdv1 kernel=\(release) va=64 oa=52 \
        features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=2
        map 0x0 0x0 0x2000 rw
        set_dirty 0x0
        read_and_clear_dirty 0 0x0 0x2000 clear

        """.utf8)
      return try Tool.iopt("diff", file, "--left", "swift,kernel=7.3", "--right", "kernel:7.3")
    }
    let counted = "  1 scenarios name another release than a kernel tree's own\n"
    let other = try diff("7.2")
    #expect(other.status == 0, "\(other.output)\(other.errors)")
    let verdict = "swift,kernel=7.3 and kernel:7.3: 1 scenarios, 4 statements: no difference\n"
    #expect(other.output == counted + verdict)
    let own = try diff("7.3")
    #expect(own.status == 0 && !own.output.contains("another release"), "\(own.output)")
  }

  /// By the contract and by the hardware: in 7.2 the last item of a contiguous entry is not reported.
  @Test(.enabled(if: tree72.isRecorded, tree72.needsRecorded))
  func everyOracleJudgesATreeAsTheReleaseThatItIs() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.file(
      "dirty.iopt",
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 \
      features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=1
      map 0x0 0x0 0x2000 w
      set_dirty 0x1000
      read_and_clear_dirty 0 0x0 0x2000 clear

      """.utf8)
    let tool = try Tool.iopt("check", file, "--subject", "kernel:7.2")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
    #expect(
      tool.output.hasPrefix(
        "  dirtyItemUnreported: 1, dirty-unreported behind amd in 7.2\n  lastItemNotReported: 1\n"),
      "\(tool.output)")
  }

  /// Its field would keep 32 of the bits and say nothing.
  @Test(.enabled(if: has73, "needs a tree: make kernel-source VERSION=7.3"))
  func aTimeoutThatTheCodeHasNoRoomForIsRefused() throws {
    let layer = """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      dma queue=percpu cpus=1 size=2 timeout=4294967295 mode=fq limit=0xffffffff
      dma_map 0 0x1000 0x1000 to_device
      dma_unmap 0

      """
    func diff(_ text: String) throws -> Tool {
      try Tool.iopt("diff", "-", "--left", "kernel:7.3", "--right", "swift", input: text)
    }
    #expect(try diff(layer).status == 0)
    let longer = try diff(layer.replacing("4294967295", with: "4294967296"))
    #expect(longer.status == 3)
    #expect(longer.output.contains("a timeout has 32 bits in the kernel's code"))
  }

  /// Memory at the encryption bit: a leaf reads back as a larger one, and words behind the table are
  /// cleared. That is the code's own, no breach of the ABI, and no change from itself.
  @Test(.enabled(if: tree73.isThere, tree73.needs))
  func whatItWritesBehindItsTablesForTheEncryptionBitIsNoBreach() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.file(
      "case.iopt",
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 features=dynamic_top,flush_range,amdv1_encrypt_tables,amdv1_force_coherence top=2 cbit=36
      map 0x0 0x0 0x1000 w
      map 0x1fc0000000 0x0 0x40000000 w
      map 0x2000000000 0x2000000000 0x2000000000 w
      unmap 0x1fc0000000 0x40001000

      """.utf8)
    let check = try Tool.iopt("check", file, "--subject", "kernel:7.3")
    #expect(check.status == 0, "\(check.output)\(check.errors)")
    #expect(check.output.contains("  judged only up to a crash: 1 scenarios\n"), "\(check.output)")
    let diff = try Tool.iopt("diff", file, "--left", "swift", "--right", "kernel:7.3")
    #expect(diff.status == 0, "\(diff.output)\(diff.errors)")
    let review = try Tool.iopt(
      "review", "kernel:7.3", "kernel:7.3", file, "--seconds", "0", "--no-costs", "--no-lines",
      "--no-cases")
    #expect(review.status == 0, "\(review.output)\(review.errors)")
  }

  @Test(.enabled(if: tree72.isRecorded, tree72.needsRecorded))
  func linux7_2RefusesTheDriverThatAsksForSvpbmt() throws { try refusesSvpbmt("7.2") }

  @Test(.enabled(if: tree73.isRecorded, tree73.needsRecorded))
  func linux7_3RefusesTheDriverThatAsksForSvpbmt() throws { try refusesSvpbmt("7.3") }

  private func refusesSvpbmt(_ release: String) throws {
    let tool = try Tool.iopt("sweep", "driver-configurations", "--subject", "kernel:\(release)")
    #expect(tool.status == 1)
    for width in ["Sv39", "Sv48", "Sv57"] {
      let finding =
        "RISC-V, \(width), Svpbmt: kernel:\(release): initialisation fails with EOPNOTSUPP"
      #expect(tool.output.contains(finding), "\(tool.output)\(tool.errors)")
    }
    // Without the extension they open.
    #expect(!tool.output.contains("RISC-V, Sv39: "))
    #expect(!tool.output.contains("AMD"))
  }

  /// Of every release that they state.
  @Test func theBuiltInSubjectsOpenAllButSvpbmtAndAThreeLevelWidthOnFiveLevels() throws {
    for subject in ["swift", "reference"] {
      let tool = try Tool.iopt("sweep", "driver-configurations", "--subject", subject)
      #expect(tool.status == 1)
      let findings = tool.output.split(separator: "\n")
        .filter { $0.contains("initialisation fails") }
      let narrow = findings.filter { $0.hasPrefix("VT-d second stage, 39 bits on 5 levels, ") }
      let svpbmt = findings.filter { $0.contains(", Svpbmt: ") }
      #expect(narrow.count == 12 && svpbmt.count == 6 && findings.count == 18, "\(tool.output)")
      #expect(tool.output.contains("intel_iommu_domain_alloc_second_stage()"))
    }
  }

  @Test func whatIsNotOpenedIsToldToProgramsToo() throws {
    struct Result: Decodable {
      var subject: String
      var configurations, refused: Int
      var findings: [String]
      var givenUp: Bool
    }
    let words = ["sweep", "driver-configurations", "--subject", "reference"]
    let tool = try Tool.iopt(words + ["--json"])
    #expect(tool.status == 1 && tool.errors == "")
    let result = try JSONDecoder().decode(Result.self, from: Data(tool.output.utf8))
    #expect(result.subject == "reference" && result.refused == 0 && !result.givenUp)
    #expect(result.configurations > 100 && result.findings.count == 18)
    let plain = try Tool.iopt(words)
    for finding in result.findings { #expect(plain.output.contains(finding)) }
  }

  @Test func aSubjectThatEndsItsProcessIsNamedWithTheConfiguration() throws {
    let scratch = try ScratchFolder()
    let plugin = try Tool.examplePlugin(
      in: scratch,
      replacing: [("d = malloc(sizeof(*d));", "abort();")])
    let tool = try Tool.iopt("sweep", "driver-configurations", "--subject", plugin)
    #expect(tool.status == 1)
    #expect(
      tool.output.contains("RISC-V, Sv39: \(plugin) ends its process: "),
      "\(tool.output)\(tool.errors)")
  }
}
