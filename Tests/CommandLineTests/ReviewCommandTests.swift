// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// iopt review as a user types it, without a kernel tree.
@Suite struct ReviewCommandTests {
  /// git bisect run takes 2 for a bad commit.
  @Test(arguments: [
    ["kernel:7.3", "--bisect"], ["swift", "swift", "--seconds", "x", "--bisect"],
    ["--bisect", "swift", "swift", "--seconds", "-1"], ["--bisect", "--git", "/nowhere"],
    ["swift", "--bisect", "reference", "--unknown"], ["swift", "swift", "/nowhere", "--bisect"],
  ]) func aBisectionSkipsWhatIsTypedWrong(_ arguments: [String]) throws {
    let tool = try Tool.iopt(["review"] + arguments)
    #expect(tool.status == 125, "\(tool.errors)")
    #expect(tool.output == "" && tool.errors.split(separator: "\n").count == 1)
    let plain = try Tool.iopt(["review"] + arguments.filter { $0 != "--bisect" })
    #expect(plain.status == 2 && plain.errors == tool.errors)
  }

  @Test func anOptionThatIsNotKnownIsNamedBeforeMissingSides() throws {
    let tool = try Tool.iopt("review", "--foo")
    #expect(tool.status == 2)
    #expect(tool.errors.contains("'--foo'"), "\(tool.errors)")
    let sides = try Tool.iopt("review", "swift")
    #expect(
      sides.errors == "error: expected BASE and HEAD, or --git DIR A..B (see iopt review --help)\n")
  }

  /// Parts of the report come as they are known, also in a pipe.
  @Test func theReportBeginsBeforeTheReviewIsOver() throws {
    let tool = try Tool.shell(
      """
      iopt review swift reference --seconds 2 --no-costs --no-coverage | {
        IFS= read -r line; begun=$(date +%s%N); rest=$(cat)
        echo "$line"; echo $(( ($(date +%s%N) - begun) / 1000000 )); echo "$rest"; }
      """)
    let lines = tool.output.split(separator: "\n").map(String.init)
    #expect(lines.count > 4 && lines[0] == "Behaviour: swift against reference", "\(tool)")
    #expect(try #require(Int(lines[1])) >= 1500)
    #expect(lines.last?.hasPrefix("swift and reference: no difference in ") == true, "\(tool)")
  }

  @Test func whoJudgesEachSideAloneCanBeChosen() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.file("case.iopt", IsolationTests.three.utf8)
    func review(_ options: String...) throws -> Tool {
      try Tool.iopt(
        ["review", "swift", "reference", file, "--seconds", "0", "--no-costs", "--no-coverage"]
          + options)
    }
    #expect(try review("--driver", "all", "--strict").status == 0)
    #expect(try review("--oracle", "contract", "--only", "translation").status == 0)
    let two = try review("--oracle", "comparison")
    #expect(two.status == 2 && two.output == "")
    #expect(
      two.errors
        == "error: --oracle says who judges each side alone; that both do the same is looked at"
        + " anyway (see iopt review --help)\n")
    let unheard = try review("--oracle", "contract", "--driver", "riscv-s")
    #expect(unheard.status == 2 && unheard.errors.hasPrefix("error: --driver: "), "\(unheard)")
  }

  @Test func whatOneSideCannotDoAnyMoreIsAChange() throws {
    let scratch = try ScratchFolder()
    let whole = try Tool.examplePlugin(in: scratch)
    let part = try Tool.examplePlugin(
      in: scratch,
      replacing: [
        (" | UINT64_C(1) << IOPT_OP_IOVA_TO_PHYS", ""), (".va_max = 39", ".va_max = 48"),
      ])
    let none = ["--seconds", "1", "--no-costs", "--no-coverage"]
    func review(_ base: String, _ head: String, _ more: String...) throws -> Tool {
      let file = "Documentation/example-plugin/one-page.iopt"
      return try Tool.iopt(["review", base, head, file] + none + more)
    }
    let same = try review(whole, whole)
    #expect(same.status == 0, "\(same.output)\(same.errors)")
    #expect(same.output.contains("\nWhat they can do\n  both say the same\n"))
    let tool = try review(whole, part)
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    let lost = "\nWhat they can do\n  only \(whole): operation iova_to_phys\n"
    #expect(tool.output.contains(lost + "  only \(part): va= above 39\n"), "\(tool.output)")
    #expect(tool.output.contains(" operations left out: \(part) lacks operation iova_to_phys\n"))
    let gained = try review(part, whole, "--json")
    #expect(gained.status == 1)
    #expect(gained.output.contains("\"operation iova_to_phys\""), "\(gained.output)")
  }
}
