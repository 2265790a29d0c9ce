// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// One subject judged alone.
@Suite struct CheckCommandTests {
  /// An unmap that removes a whole entry: a departure from the contract, by name.
  private static let departing = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=none
    map 0x0 0x200000 0x200000 rw
    unmap 0x0 0x1000

    """

  private static let strictBuffer = """
    iopt 1
    domain format=x86_64 va=48 oa=52 features=sign_extend,flush_range_no_gaps top=3
    dma queue=percpu cpus=1 mode=strict size=8 timeout=10 limit=0xffffffffffffffff
    dma_map 0 0x80000000 0x1000 to_device
    dma_unmap 0

    """

  @Test func bothBuiltInSidesAreJudgedAndDeparturesAreNamed() throws {
    let tool = try Tool.iopt("check", "-", input: Self.departing)
    #expect(tool.status == 0 && tool.errors == "")
    let lines = tool.output.split(separator: "\n")
    #expect(lines.count { $0 == "  wholeEntryRemoved: 1" } == 2)
    #expect(lines.contains { $0.hasPrefix("swift: 1 scenarios, ") && $0.hasSuffix(": kept") })
    #expect(lines.contains { $0.hasPrefix("reference: 1 scenarios, ") && $0.hasSuffix(": kept") })
  }

  @Test func aForbiddenDepartureIsAFailure() throws {
    let tool = try Tool.iopt(
      "check", "-", "--subject", "reference", "--forbid", "wholeEntryRemoved",
      input: Self.departing)
    #expect(tool.status == 1)
    #expect(
      tool.output.contains(
        "reference departs from the contract at operation 1 of the scenario at line 1:"
          + " wholeEntryRemoved, which is forbidden"))
    let all = try Tool.iopt("check", "-", "--forbid", "all", input: Self.departing)
    #expect(all.status == 1)
  }

  /// A map of a domain whose maps nothing follows.
  @Test func absenceThatIsNotJudgedIsToldByDriver() throws {
    func check(_ end: String) throws -> Tool {
      try Tool.iopt(
        "check", "-", "--subject", "swift",
        input: """
          iopt 2
          domain format=x86_64 kernel=7.3 va=47 oa=52 features=flush_range top=3\(end)
          map 0x1000 0x1000 0x1000 rw

          """)
    }
    let without = try check(" driver=amd-np")
    #expect(without.status == 0, "\(without)")
    #expect(
      without.output.contains(
        "  1 domain behind amd-np without sync_map: whether it may cache that nothing is there was not"
          + " asked\n"), "\(without.output)")
    for end in [" sync_map driver=amd-np", " driver=amd"] {
      #expect(try !check(end).output.contains("was not asked"))
    }
  }

  @Test func anotherForbiddenDepartureIsNone() throws {
    let tool = try Tool.iopt(
      "check", "-", "--forbid", "forbiddenSmallPage", input: Self.departing)
    #expect(tool.status == 0)
  }

  /// Of all of the address space, for which one driver of 7.1 sends nothing.
  private static func wholeSpace(_ end: String) -> String {
    """
    iopt 2
    domain format=x86_64 kernel=7.1 va=48 oa=52 features=flush_range_no_gaps top=3\(end)
    unmap_fast 0 0x0 0x1000
    map 0x0 0x0 0x1000 r
    unmap_fast 0 0x0 0x1000
    unmap_fast 0 0x1000 0x1000
    iotlb_sync 0

    """
  }

  @Test func theDomainLineChoosesTheDriverAndTheOptionGoesBeforeIt() throws {
    func status(_ end: String, _ options: String...) throws -> Int32 {
      try Tool.iopt(
        ["check", "-", "--subject", "reference", "--forbid", "wholeSpaceUnderNpCache"] + options,
        input: Self.wholeSpace(end)
      ).status
    }
    #expect(try status("") == 1)
    #expect(try status(" driver=amd") == 0)
    #expect(try status(" driver=amd-np") == 1)
    #expect(try status(" driver=amd-np", "--driver", "amd") == 0)
    #expect(try status(" driver=amd", "--driver", "amd-np") == 1)
  }

  /// Nobody would hear what it says.
  @Test(arguments: [["--driver", "riscv"], ["--driver", "all"], ["--strict"]])
  func whatSaysHowHardwareJudgesIsRefusedWhereItDoesNot(_ options: [String]) throws {
    let check = ["check", "-", "--subject", "reference", "--oracle", "contract"] + options
    let tool = try Tool.iopt(check, input: Self.wholeSpace(""))
    #expect(tool.status == 2 && tool.output.isEmpty)
    #expect(
      tool.errors.contains("\(options[0]): hardware goes by it, which --oracle leaves out"),
      "\(tool)")
  }

  @Test func aDomainThatItsDriverWouldNeverMakeIsMarked() throws {
    let kept = try Tool.iopt(
      "check", "-", "--subject", "swift", input: Self.wholeSpace(" driver=riscv"))
    #expect(kept.status == 0)
    #expect(
      kept.output.contains("\n  1 domain that riscv would never make: its tables are riscv_64\n")
        || kept.output.hasPrefix("  1 domain that riscv would never make:"))
    let found = try Tool.iopt(
      "check", "-", "--subject", "swift", "--forbid", "wholeSpaceUnderNpCache",
      input: Self.wholeSpace(" driver=amd-np"))
    #expect(found.output.contains("  amd-np would never make such a domain: it asks for va=47"))
  }

  @Test func aFindingOfHardwareShowsItsWalkInTextAndJSON() throws {
    let text = try Tool.iopt(
      "check", "-", "--subject", "swift,gather=original", input: Self.strictBuffer)
    for line in [
      "may be cached by the IOMMU: the translation of ", "should have removed it: ",
      "sent since: nothing", "a danger from operation 1 on: ", "the walk, from the top down:",
      "    level 0: table 0x", "      may be cached as: leaf oa=0x80000000 of 2^12 bytes",
    ] { #expect(text.output.contains(line), "\(line)") }
    let json = try Tool.iopt(
      "check", "-", "--subject", "swift,gather=original", "--json", input: Self.strictBuffer)
    for member in ["\"walk\"", "\"remedy\"", "\"driver\" : \"vtd\""] {
      #expect(json.output.contains(member), "\(member)")
    }
  }

  @Test func aTraceWithADriverIsTheOneWithout() throws {
    let named = try Tool.iopt("record", "-", input: Self.wholeSpace(" driver=vtd+mamv=9+ats"))
    let plain = try Tool.iopt("record", "-", input: Self.wholeSpace(""))
    #expect(named.status == 0 && named.output.contains("driver=vtd+mamv=9+ats\n"))
    #expect(
      named.output.replacingOccurrences(of: " driver=vtd+mamv=9+ats", with: "") == plain.output)
  }

  @Test func aBreachIsReportedWithItsCommand() throws {
    let tool = try Tool.iopt(
      "check", "-", "--subject", "swift,gather=original", input: Self.strictBuffer)
    #expect(tool.status == 1)
    #expect(tool.output.contains(" may still be cached: vtd has sent nothing"))
    #expect(tool.output.contains("reproduce: iopt check - --subject swift,gather=original"))
    let contract = try Tool.iopt(
      "check", "-", "--subject", "swift,gather=original", "--oracle", "contract",
      input: Self.strictBuffer)
    #expect(contract.output.contains(" freed before a sync that covers it"))
  }

  @Test func propertiesThatDoNotCountAreNotJudged() throws {
    let subject = ["check", "-", "--subject", "swift,gather=original"]
    let except = ["--except", "reuse,missing-sync"]
    #expect(try Tool.iopt(subject + except, input: Self.strictBuffer).status == 0)
    // What was never invalidated is a stale translation too, for whoever asks for that alone.
    let only = try Tool.iopt(subject + ["--only", "stale-translation"], input: Self.strictBuffer)
    #expect(only.status == 1 && only.output.contains(" may still be cached: "), "\(only)")
    #expect(try Tool.iopt(subject + ["--except", "reuse"], input: Self.strictBuffer).status == 1)
    #expect(try Tool.iopt(subject + ["--only", "time"], input: Self.strictBuffer).status == 0)
    #expect(try Tool.iopt(subject + ["--only", "reuse"], input: Self.strictBuffer).status == 1)
    #expect(try Tool.iopt(subject + ["--oracle", "leak"], input: Self.strictBuffer).status == 0)
  }

  @Test(arguments: [
    (["--oracle", "contracts"], "oracle 'contracts': expected "),
    (["--oracle", "comparison"], "--oracle comparison needs two subjects"),
    (["--forbid", "wholeEntry"], "--forbid 'wholeEntry': expected all, "),
    (["--only", "unmaps"], "--only 'unmaps': expected map, "),
    (["--except", ""], "--except '': expected map, "),
    (["--subject", "nobody"], "subject 'nobody': expected swift, reference"),
  ])
  func badWordsAreOneLineAndStatusTwo(_ arguments: [String], _ message: String) throws {
    let tool = try Tool.iopt(["check", "-"] + arguments, input: Self.departing)
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors.contains(message), "\(tool.errors)")
    #expect(tool.errors.split(separator: "\n").count == 1)
  }

  @Test func aBreachOfTheContractIsShrunk() throws {
    let long = Self.strictBuffer + "dma_map 1 0x90000000 0x1000 to_device\ntick 5\n"
    let tool = try Tool.iopt(
      "minimize", "-", "--subject", "reference,gather=original", "--oracle", "contract",
      input: long)
    #expect(tool.status == 0, "\(tool.errors)")
    #expect(tool.output.split(separator: "\n").count == 5, "\(tool.output)")
    #expect(tool.output.hasSuffix("dma_map 0 0x1000 0x1000 bidirectional\ndma_unmap 0\n"))
  }

  @Test func aSweepTakesAnyOracle() throws {
    let tool = try Tool.iopt(
      "sweep", "exhaustive", "--depth", "1", "--subject", "reference", "--oracle",
      "contract,leak")
    #expect(tool.status == 0, "\(tool.output)")
    #expect(tool.output.hasPrefix("reference: "))
  }
}
