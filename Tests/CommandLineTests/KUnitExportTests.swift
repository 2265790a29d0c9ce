// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `iopt export kunit`: what is written, what is refused, and how that is told.
@Suite struct KUnitExportTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  static let dirty = """
    iopt 2
    domain format=amdv1 kernel=7.3 va=64 oa=52 \
    features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=1
    map 0x0 0x0 0x2000 w
    set_dirty 0x1000
    read_and_clear_dirty 0 0x0 0x2000 clear

    """

  private static let levels = """
    iopt 2
    domain format=riscv_64 kernel=7.3 va=39 oa=56 features=flush_range,detailed_gather
    map_range 0x0 0x0 0x200000 w
    unmap_fast 1 0x0 0x200000
    map 0x0 0x0 0x1000 w
    unmap 0x0 0x1000
    map 0x0 0x200000 0x200000 w
    iova_to_phys 0x1000

    """

  private func export(_ text: String, _ arguments: String...) throws -> Tool {
    try Tool.iopt(["export", "kunit", try scratch.file("case.iopt", text.utf8)] + arguments)
  }

  // MARK: What is written

  @Test func aCaseHasTheDomainTheOperationsAndWhatIsExpected() throws {
    let tool = try export(Self.dirty)
    #expect(tool.status == 0 && tool.errors == "")
    for line in [
      "// SPDX-License-Identifier: GPL-2.0-only\n", " *   iopt export kunit case.iopt\n",
      "\t\t.common.features = BIT(PT_FEAT_DYNAMIC_TOP) |\n",
      "\t\t.common.hw_max_vasz_lg2 = 64,\n", "\t\t.starting_level = 1,\n",
      "static void test_case_1(struct kunit *test)\n",
      "\tcheck_domain(test, 0xfff7ffffff000, 0x0, 0xffffffffffffffff, 1, 64, 52);\n",
      "\tbegin(test, \"map 0x0 0x0 0x2000 w\");\n\tdo_map(test, 0x0, 0x0, 0x2000, IOMMU_WRITE);\n",
      "\tdo_read_dirty(test, 0, 0x0, 0x2000, 0, 0x0, 0x2000);\n\tcheck_result(test, 0);\n",
      "\tcheck_dirty(test, 0x0, 0x2000);\n\tcheck_clean(test);\n",
      "\tcheck_gather(test, 0, 0x0, 0x1fff, false, 0);\n",
      " * - the order of stores, and the words of tables\n",
    ] {
      #expect(tool.output.contains(line), "\(line)\(tool.output)")
    }
  }

  @Test func theReleaseThatIsExpectedIsTheOneThatIsAskedFor() throws {
    let older = try export(Self.dirty, "--expect", "swift,kernel=7.2")
    #expect(older.output.contains("\tcheck_dirty(test, 0x0, 0x1000);\n"), "\(older)")
    #expect(older.output.contains("/* case.iopt:1, Linux 7.2 */\n"))
    #expect(try export(Self.dirty, "--expect", "reference").output.contains("reference does"))
  }

  @Test func callsOfTheDriverGathersAndLevelsAreExpected() throws {
    let tool = try export(Self.levels)
    for line in [
      "\tcheck_mapped(test, 0x200000);\n",
      "\tcheck_gather(test, 1, 0x0, 0x1fffff, false, 0);\n\tcheck_gather_levels(test, 1, 0x2, 0x0);\n",
      "\tcheck_sync(test, 0x0, 0xfff, 0);\n\tcheck_sync_levels(test, 0x1, 0x0);\n",
      // The leaf takes the place of a table.
      "\tcheck_sync(test, 0x0, 0x1fffff, 1);\n\tcheck_sync_levels(test, 0x0, 0x2);\n",
      "\tdo_iova_to_phys(test, 0x1000);\n\tcheck_result(test, 0x201000);\n",
    ] {
      #expect(tool.output.contains(line), "\(line)\(tool.output)")
    }
  }

  @Test func theContractAssertsLess() throws {
    let tool = try export(Self.levels, "--expect", "contract")
    #expect(tool.status == 0)
    #expect(tool.output.contains("\tcheck_covered(test, 1, 0x0, 0x200000);\n"), "\(tool.output)")
    #expect(tool.output.contains("\tbegin(test, \"iova_to_phys 0x1fffff\");\n"))
    for word in ["check_sync(", "check_gather(", "check_domain(", "_levels(", "check_quiet("] {
      #expect(!tool.output.contains(word), "\(word)")
    }
    let dirty = try export(Self.dirty, "--expect", "contract")
    #expect(dirty.output.contains("\tcheck_dirty(test, 0x1000, 0x1000);\n"), "\(dirty.output)")
  }

  /// A helper that nobody calls is an error in the kernel's build.
  @Test(arguments: [dirty, levels, "iopt 2\n" + String(levels.split(separator: "\n")[1]) + "\n"])
  func everyHelperIsCalled(_ text: String) throws {
    for expect in ["swift", "contract"] {
      let output = try export(text, "--expect", expect).output
      for found in output.matches(of: /static [a-z _]*?\*?([a-z_]+)\(struct/) {
        let name = String(found.1)
        let uses = output.components(separatedBy: name).count - 1
        #expect(uses > 1 || name.hasPrefix("test_"), "\(name) in\n\(output)")
      }
    }
  }

  @Test func aFileOfSeveralFormatsHasASectionForEach() throws {
    let tool = try export(Self.dirty + Self.levels)
    #expect(tool.output.contains("#ifdef GENERIC_PT_CASES_amdv1\n"))
    #expect(tool.output.contains("#ifdef GENERIC_PT_CASES_riscv_64\n"))
    #expect(tool.output.contains("static void test_case_6(struct kunit *test)\n"))
    #expect(tool.output.contains(".name = \"iommu_pt_case_amdv1\","))
    #expect(tool.output.contains(".name = \"iommu_pt_case_riscv_64\","))
  }

  @Test func whatTheTwoBuildsDoOtherwiseIsForTheOneThatIsNamed() throws {
    let production = """
      iopt 2
      domain format=riscv_64 kernel=7.3 va=39 oa=56 features=riscv_svpbmt,detailed_gather

      """
    let tool = try export(production)
    #expect(
      tool.output.contains(
        "\tif (IS_ENABLED(CONFIG_DEBUG_GENERIC_PT))\n\t\tkunit_skip(test, \"needs CONFIG_DEBUG_GENERIC_PT=n\");\n"
      ))
    #expect(tool.output.contains("\topen_domain(test, 0, -EOPNOTSUPP);\n"))
    let both = try export(Self.dirty)
    #expect(!both.output.contains("CONFIG_DEBUG_GENERIC_PT"))
  }

  /// A tree's settings, where there is one and the program that reads them.
  private static let settings: String? = {
    guard (try? Tool.shell("command -v clang-format").status) == 0 else { return nil }
    return ["7.3", "kunit/7.3/source", "7.2"].map {
      Tool.root.appendingPathComponent(".kernel/\($0)/.clang-format").path
    }.first { FileManager.default.fileExists(atPath: $0) }
  }()

  @Test(
    .enabled(if: settings != nil, "needs clang-format and make kernel-source VERSION=7.3"),
    arguments: ["swift", "contract"])
  func theKernelsFormatterLeavesItAsItIs(_ expect: String) throws {
    try FileManager.default.copyItem(
      atPath: try #require(Self.settings), toPath: scratch(".clang-format"))
    let folder = Tool.root.appendingPathComponent("Corpus/kernel/7.3/pt").path
    let traces = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let out = scratch("all.c")
    let tool = try Tool.iopt(
      ["export", "kunit", "--expect", expect, "-o", out]
        + traces.filter { $0.hasPrefix("directed") }.map { "\(folder)/\($0)" })
    #expect(tool.status == 0, "\(tool.errors)")
    let check = try Tool.run("/usr/bin/env", ["clang-format", "--dry-run", "-Werror", out])
    #expect(check.status == 0, "\(check.errors)")
  }

  /// Nothing is passed over in silence.
  @Test(arguments: ["Corpus/reproducers", "Corpus/scenarios", "Documentation/examples"])
  func everyScenarioIsWrittenOrRefused(_ folder: String) throws {
    let path = Tool.root.appendingPathComponent(folder).path
    let files = try FileManager.default.contentsOfDirectory(atPath: path)
      .filter { $0.contains(".iopt") }.sorted().map { "\(folder)/\($0)" }
    let tool = try Tool.iopt(["export", "kunit", "-o", scratch("all.c")] + files)
    #expect(tool.status == 0 || tool.status == 3, "\(tool.errors)")
    let counted = try Tool.shell(
      "for f in \(files.joined(separator: " ")); do gzip -dcf $f; done | grep -c '^iopt '")
    let total = try #require(
      tool.errors.firstMatch(of: /(\d+) cases written, (\d+) scenarios refused/))
    #expect(Int(total.1)! + Int(total.2)! == Int(counted.output.dropLast()), "\(tool.errors)")
    #expect(tool.errors.components(separatedBy: ": no KUnit case: ").count - 1 == Int(total.2)!)
  }

  // MARK: What is refused

  @Test(arguments: [
    (
      "domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2\n"
        + "dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffff\n", 3,
      "a DMA layer: the page table's fixtures have no device behind an IOMMU"
    ),
    (
      "domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2\niova_to_phys 0x0\nfail_alloc 1\n",
      4, "fail_alloc: nothing in the fixtures makes an allocation fail"
    ),
    (
      "domain format=x86_64 kernel=7.3 va=48 oa=52 features=sign_extend top=3 pgsizes=0x0\n"
        + "unmap 0x0 0x1000\n", 3,
      "the kernel warns here, and a case that makes it warn fails where warnings count"
    ),
    (
      "domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2\nmap 0x0 0x0 0x1800 r\n", 3,
      "the kernel runs away or hits a BUG here"
    ),
    (
      "domain format=vtdss kernel=7.3 va=0 oa=52 features=none top=2\n", 2,
      "a width of 0 bits: the fixtures take it for the widest there is"
    ),
    (
      "domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2 gather=original\n", 2,
      "gather=original: a kernel has the one revision of gather_range_pages()"
    ),
    (
      "domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2 policy=keep\n", 2,
      "policy=keep: a kernel has the generic one"
    ),
  ]) func whatACaseCannotCarryIsRefusedByLine(_ rest: String, _ line: Int, _ why: String) throws {
    let file = try scratch.file("refused.iopt", "iopt 2\n\(rest)".utf8)
    let out = scratch("refused.c")
    let tool = try Tool.iopt("export", "kunit", file, "-o", out)
    #expect(tool.status == 3 && tool.output == "")
    #expect(
      tool.errors == """
        \(file):\(line): no KUnit case: \(why)
        0 cases written, 1 scenarios refused

        """)
    #expect(!FileManager.default.fileExists(atPath: out))
    // The others are written.
    let both = try Tool.iopt("export", "kunit", file, try scratch.file("a.iopt", Self.dirty.utf8))
    #expect(both.status == 0 && both.errors.hasSuffix("1 cases written, 1 scenarios refused\n"))
    #expect(both.output.contains("test_a_1") && !both.output.contains("test_refused_1"))
  }

  @Test func badInputIsOneLineAndNothingIsWritten() throws {
    let out = scratch("case.c")
    let syntax = try export("iopt 2\ndomain\n", "-o", out)
    #expect(syntax.status == 2 && syntax.errors.contains("case.iopt:2:"))
    let subject = try export(Self.dirty, "--expect", "nobody", "-o", out)
    #expect(subject.status == 2)
    #expect(subject.errors.split(separator: "\n").count == 1)
    #expect(!FileManager.default.fileExists(atPath: out))
    #expect(try Tool.iopt("export", "kunit").status == 2)
    let change = try Tool.iopt("export", "kunit", "--change", "none")
    #expect(change.status == 2 && change.errors.contains("--change none: expected lookup, "))
  }
}
