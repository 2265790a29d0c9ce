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
      (["--driver", "arm"], "expected a driver"),
      (["--sweep", "depth=9..1"], "expected NAME=A..B"),
      (["--workload", "nvme", "--sweep", "region=1..2"], "nvme has depth"),
      (["--set", "depth=0", "--workload", "nvme"], "expected 1 to 16384"),
      (["--meter", "time"], "expected --cost"),
      (["--cost", "bytes-changed=2"], "expected one of"),
      (["--format", "pdf"], "expected text"),
    ] {
      let tool = try Tool.iopt(["compare", "--operations", "10"] + arguments)
      #expect(tool.status == 2 && tool.output == "", "\(arguments)")
      #expect(tool.errors.contains(part), "\(arguments): \(tool.errors)")
      #expect(tool.errors.split(separator: "\n").count == 1, "\(tool.errors)")
    }
  }

  @Test func nothingThatCanRunIsNoSuccess() throws {
    let tool = try Tool.iopt("compare", "--workload", "vfio", "--mode", "fq", "--operations", "10")
    #expect(tool.status == 3 && tool.output.contains("there is no flush queue"))
  }
}
