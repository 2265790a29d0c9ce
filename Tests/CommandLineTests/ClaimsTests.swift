// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The page of claims beyond what ``DocumentedCommandTests`` runs: its plots, and a browser.
@Suite struct ClaimsTests {
  private static let page = Result {
    try String(
      contentsOf: Tool.root.appendingPathComponent("Documentation/claims.md"), encoding: .utf8)
  }

  @Test func everyPlotIsWhatItsCommandDraws() throws {
    let folder = try ScratchFolder()
    let commands = try Self.page.get().split(separator: "\n").filter {
      $0.hasPrefix("iopt compare ") && $0.contains(".svg")
    }
    #expect(!commands.isEmpty)
    for command in commands {
      let words = command.split(separator: " ")
      let path = String(words.last!)
      let drawn = folder("plot.svg")
      let tool = try Tool.iopt(words.dropFirst().dropLast().map(String.init) + [drawn])
      #expect(tool.status == 0, "\(tool.errors)")
      let known = try Data(contentsOf: Tool.root.appendingPathComponent(path))
      #expect(try Data(contentsOf: URL(fileURLWithPath: drawn)) == known, "\(path): make claims")
    }
  }

  @Test func whatIsUnsafeIsShownAgainByTheCommandThatIsPrinted() throws {
    let folder = try ScratchFolder()
    let file = try folder.file(
      "apart.iopt",
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=48 oa=52 features=dynamic_top,flush_range_no_gaps,\
      amdv1_encrypt_tables,amdv1_force_coherence top=2 sync_map
      map 0x1000 0x40001000 0x1000 rw
      map 0x9000 0x40009000 0x1000 rw
      unmap_fast 0 0x1000 0x1000
      unmap_fast 0 0x9000 0x1000
      iotlb_sync 0

      """.utf8)
    let tool = try Tool.iopt(
      "compare", "--workload", file, "--driver", "amd-np", "--mode", "strict", "--policy", "eager",
      "--gather", "original", "--reproducers", folder("unsafe/of/today"))
    let shown = try #require(
      tool.output.split(separator: "(iopt ").last?.split(separator: ")").first)
    let check = try Tool.iopt(shown.split(separator: " ").map(String.init))
    #expect(check.status == 1, "\(tool.output): \(check.output)")
  }

  private static let valgrind = try? Tool.shell("command -v valgrind").output
  private static let counting = [
    "compare", "--workload", "nvme", "--set", "depth=4", "--operations", "300", "--mode", "strict",
    "--policy", "generic", "eager", "--instructions", "--meter", "unmap-instructions",
  ]

  @Test(.enabled(if: valgrind?.isEmpty == false, "no valgrind here: apt-get install valgrind"))
  func instructionsOfAnUnmapAreCounted() throws {
    let tool = try Tool.iopt(Self.counting)
    let line = try #require(
      tool.output.split(separator: "\n").first { $0.contains("unmap-instructions") })
    let counts = line.split(separator: " ").compactMap { Int($0.filter { $0 != "*" }) }
    #expect(counts.count == 2 && counts.allSatisfy { (100..<1_000_000).contains($0) }, "\(line)")
    // What eager looks through to see that a table is empty costs instructions.
    #expect(counts[0] < counts[1])
  }

  @Test func whyInstructionsAreNotCountedIsSaid() throws {
    let words = Self.counting.joined(separator: " ")
    let tool = try Tool.shell("program=$(command -v iopt); PATH=/nowhere; $program \(words)")
    #expect(tool.status == 0, "\(tool.errors)")
    #expect(
      tool.output.hasSuffix("skipped: unmap-instructions: \(Self.missing)\n"), "\(tool.output)")
  }

  private static let missing = "valgrind is not installed: apt-get install valgrind"

  private static let browser = try? Tool.shell("command -v chromium || command -v chromium-browser")
    .output.split(separator: "\n").first.map(String.init)

  @Test(.enabled(if: browser != nil, "no chromium here: apt-get install chromium"))
  func aBrowserShowsThePage() throws {
    let folder = try ScratchFolder()
    let made = try Tool.iopt(
      "compare", "--workload", "nvme", "--operations", "500", "-o", folder("page.html"))
    #expect(made.status == 0, "\(made.errors)")
    let shot = try Tool.shell(
      "'\(Self.browser!)' --headless --no-sandbox --disable-gpu --window-size=900,900"
        + " --screenshot='\(folder("page.png"))' 'file://\(folder("page.html"))'")
    let image = try Data(contentsOf: URL(fileURLWithPath: folder("page.png")))
    // An empty page of this size compresses to a few thousand bytes.
    #expect(image.count > 15_000, "\(shot.errors)")
  }

  @Test func theCommandSaysWhatIsWrong() throws {
    for (arguments, part) in [
      (["--workload", "floppy"], "expected nvme, net-rx"),
      (["--policy", "greedy"], "expected generic, sync-tables"),
      (["--mode", "lazy"], "expected strict, fq"),
      (["--mode", "fq=3"], "power of two"),
      (["--mode", "shadow-on-flush=64"], "ENTRIES of fq or fq-single only"),
      (["--mode", "strict", "--sweep", "queue-size=2..8"], "expected a mode with a queue"),
      (["--set", "queue-size=8"], "for a queue --mode fq=ENTRIES/MS"),
      (["--reproducers", "/dev/null"], "expected a folder"),
      (["--reproducers", ""], "expected a folder"),
      (["--driver", "arm"], "expected a driver"),
      (["--sweep", "depth=9..1"], "expected NAME=A..B"),
      (["--workload", "nvme", "--sweep", "region=1..2"], "nvme has depth"),
      (["--set", "depth=0", "--workload", "nvme"], "expected 1 to 16384"),
      (["--meter", "time"], "expected --cost"),
      (["--meter", "unmap-instructions"], "expected --instructions"),
      (["--workload", "/nowhere/x.iopt"], "cannot open"),
      (["--cost-table", "/nowhere/x"], "cannot open"),
      (["--operations", "0"], "takes 1 to"),
      (["--operations", "-1"], "takes 1 to"),
      (["--operations", "99999999999"], "takes 1 to"),
      (["-o", "/nowhere/x.html"], "cannot create"),
      (["--cost", "bytes-changed=2"], "expected one of"),
      (["--format", "pdf"], "expected text"),
    ] {
      let tool = try Tool.iopt(["compare", "--operations", "10"] + arguments)
      #expect(tool.status == 2 && tool.output == "", "\(arguments)")
      #expect(tool.errors.contains(part), "\(arguments): \(tool.errors)")
      #expect(!tool.errors.contains("CommandError"), "\(tool.errors)")
      #expect(tool.errors.split(separator: "\n").count == 1, "\(tool.errors)")
    }
  }

  @Test func whatIsNamedTwiceIsRunOnce() throws {
    let tool = try Tool.iopt(
      "compare", "--workload", "vfio", "vfio,vfio", "--policy", "keep", "all", "--mode", "strict",
      "strict", "--driver", "vtd,vtd", "--operations", "10", "--format", "csv")
    let lines = tool.output.split(separator: "\n").map { $0.split(separator: ",")[..<4] }
    #expect(lines.count == 5 && Set(lines).count == 5)
    #expect(lines[1] == ["vfio", "vtd", "strict", "keep"])
  }

  @Test func nothingThatCanRunIsNoSuccess() throws {
    let tool = try Tool.iopt("compare", "--workload", "vfio", "--mode", "fq", "--operations", "10")
    #expect(tool.status == 3 && tool.output.contains("there is no flush queue"))
  }
}
