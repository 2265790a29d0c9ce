// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Where output goes: files that are there as a whole or not at all, pipes that close, full disks,
/// terminals.
@Suite struct OutputTests {
  private static let trace = "Corpus/kernel/pt/directed-riscv-4k.iopt.gz"
  private static let scenario = "Corpus/reproducers/gather-original-forgets-the-disjoint-range.iopt"
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Verbs with what they read, as far as `-o`.
  static let writers = [
    ["record", trace], ["generate", "--count", "30"], ["encode", scenario],
    ["show", "README.md"],
  ]

  @Test(arguments: writers) func theFileHoldsWhatStandardOutputWould(_ verb: [String]) throws {
    let tool = try Tool.iopt(verb + ["-o", folder("out")])
    #expect(tool.status == 0 && tool.output == "" && tool.errors == "", "\(tool.errors)")
    let shown = try Tool.shell("iopt \(verb.joined(separator: " ")) | cmp - \(folder("out"))")
    #expect(shown.status == 0, "\(shown.output)\(shown.errors)")
    #expect(try folder.names() == ["out"])
  }

  @Test(arguments: writers) func aPlaceThatCannotBeWrittenIsNamed(_ verb: [String]) throws {
    let tool = try Tool.iopt(verb + ["-o", folder("missing/out")])
    #expect(tool.status == 2)
    #expect(
      tool.errors == "\(folder("missing/out")): error: cannot create: No such file or directory\n")
    let other = try Tool.iopt(verb + ["-o", folder.path])
    #expect(other.status == 2)
    #expect(other.errors == "\(folder.path): error: cannot write: Is a directory\n")
    #expect(try folder.names() == [])
  }

  @Test func anErrorLeavesWhatWasThere() throws {
    let file = try folder.file("trace.iopt", "before".utf8)
    let text = "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=none\nunmap 0x0\n"
    let tool = try Tool.iopt("record", "-", "-o", file, input: text)
    #expect(tool.status == 2)
    #expect(try folder.bytes("trace.iopt") == Array("before".utf8))
    #expect(try folder.names() == ["trace.iopt"])
  }

  @Test func aNameThatEndsInGzIsCompressed() throws {
    let path = folder("trace.iopt.gz")
    #expect(try Tool.iopt("record", Self.trace, "-o", path).status == 0)
    #expect(try folder.bytes("trace.iopt.gz").starts(with: [0x1f, 0x8b]))
    #expect(try Tool.iopt("replay", path).status == 0)
  }

  static let printers = [
    "replay \(trace)", "replay \(trace) --json", "record \(trace)", "diff \(scenario)",
    "diff \(scenario) --json", "diff \(scenario) --left swift,gather=original", "generate",
    "show README.md", "encode \(scenario)",
  ]

  /// The shell only opens the device; nothing here names it as an output file.
  @Test(arguments: printers) func aFullDiskIsNoSuccess(_ command: String) throws {
    let tool = try Tool.shell("iopt \(command) > /dev/full")
    #expect(tool.status == 2)
    #expect(
      tool.errors == "standard output: error: cannot write: No space left on device\n")
  }

  @Test(arguments: ["record \(trace)", "generate --count 3000"])
  func aReaderThatHasEnoughEndsTheWriterQuietly(_ command: String) throws {
    let tool = try Tool.shell("iopt \(command) | head -n 1")
    #expect(tool.status == 0)
    #expect(tool.output == (command.hasPrefix("generate") ? "iopt 2\n" : "iopt 1\n"))
    #expect(tool.errors == "")
  }

  @Test func progressIsForTerminalsOnly() throws {
    let long = folder("long.iopt")
    #expect(try Tool.iopt("generate", "--count", "400", "-o", long).status == 0)
    let command = "\(Tool.path) diff \(long) --left swift --right swift"
    let terminal = try Tool.run("/usr/bin/script", ["-qec", command, "/dev/null"])
    #expect(terminal.status == 0)
    #expect(terminal.output.contains(" scenarios, 4096 statements"), "\(terminal.output)")
    #expect(terminal.output.contains("no difference"))
    let pipe = try Tool.shell("iopt diff \(long) --left swift --right swift 2>&1")
    #expect(pipe.output.components(separatedBy: " statements").count == 2)
    #expect(!pipe.output.contains("\r"))
    #expect(!pipe.output.contains("\u{1b}"))
  }

  /// On a terminal, with an environment.
  private func onTerminal(_ environment: String, _ arguments: String) throws -> String {
    try Tool.run(
      "/usr/bin/script", ["-qec", "env \(environment) \(Tool.path) \(arguments)", "/dev/null"]
    ).output
  }

  private static let differing = "diff \(scenario) --left swift,gather=original"

  @Test func aReportHasColourOnATerminal() throws {
    let text = try onTerminal("TERM=xterm NO_COLOR=", Self.differing)
    #expect(text.contains("\u{1b}[31m    - = gather"), "\(text)")
    #expect(text.contains("\u{1b}[32m    + = gather"))
    #expect(text.contains(": \u{1b}[31m1 scenarios differ\u{1b}[0m"))
  }

  @Test(arguments: ["TERM=xterm NO_COLOR=1", "TERM=dumb NO_COLOR="])
  func whoWantsNoColourGetsNone(_ environment: String) throws {
    let text = try onTerminal(environment, Self.differing)
    #expect(text.contains("    - = gather"))
    #expect(!text.contains("\u{1b}[31m") && !text.contains("\u{1b}[1m"))
  }

  @Test func aPipeGetsNoColour() throws {
    let text = try Tool.shell("TERM=xterm iopt \(Self.differing)").output
    #expect(text.contains("    - = gather") && !text.contains("\u{1b}"))
  }

  @Test(arguments: ["iopt", "iopt-bench", "iopt-coverage", "iopt-manual", "iopt-tests"])
  func theVersionNamesTheCommit(_ program: String) throws {
    let tool = try Tool.run(Tool.product(program), ["--version"])
    let form = try Regex(
      "\(program) 1 \\(commit (unknown|[0-9a-f]{12}(-dirty)?), behaviour of Linux 7\\.1, 7\\.2, 7\\.3\\)\n"
    )
    #expect(tool.status == 0 && tool.output.wholeMatch(of: form) != nil, "\(tool.output)")
  }
}
