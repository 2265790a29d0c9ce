// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What a user can hand a verb by mistake: one line that says what is wrong, and status 2.
@Suite struct BadInputTests {
  private static let trace = "Corpus/kernel/pt/directed-riscv-4k.iopt.gz"
  private static let scenario =
    "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=flush_range,sign_extend\n"
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func expectOneLine(_ tool: Tool, _ start: String, _ end: String = "") {
    #expect(tool.status == 2, "\(tool.errors)")
    #expect(tool.output == "")
    let lines = tool.errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 2 && lines.last == "", "\(tool.errors)")
    #expect(tool.errors.hasPrefix(start), "\(tool.errors)")
    #expect(tool.errors.hasSuffix("\(end)\n"), "\(tool.errors)")
  }

  static let readers = ["replay", "record", "diff", "encode", "minimize"]

  @Test(arguments: readers + ["show"]) func filesThatCannotBeRead(_ verb: String) throws {
    expectOneLine(
      try Tool.iopt(verb, folder("nowhere")),
      "\(folder("nowhere")): error: cannot open: No such file or directory")
    expectOneLine(
      try Tool.iopt(verb, folder.path), "\(folder.path): error: cannot read: Is a directory")
    expectOneLine(
      try Tool.shell("iopt \(verb) - <&-"), "<standard input>: error: cannot open: ")
  }

  @Test(arguments: readers) func emptyFiles(_ verb: String) throws {
    let message = ":1:1: error: expected `iopt 1`, found the end of the file"
    expectOneLine(try Tool.iopt(verb, "-", input: ""), "<standard input>\(message)")
    let file = try folder.file("empty.iopt.gz", [])
    expectOneLine(try Tool.iopt(verb, file), "\(file)\(message)")
  }

  @Test(arguments: readers) func binaryJunk(_ verb: String) throws {
    let file = try folder.file("junk.iopt", (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 91) })
    expectOneLine(
      try Tool.iopt(verb, file), "\(file):1:1: error: expected UTF-8 text, found the byte 0x0")
  }

  @Test(arguments: readers) func compressedFilesThatWereCut(_ verb: String) throws {
    let whole = try Data(contentsOf: Tool.root.appendingPathComponent(Self.trace))
    let file = try folder.file("cut.iopt.gz", whole.prefix(whole.count / 2))
    let tool = try Tool.iopt(verb, file)
    #expect(tool.status == 2)
    #expect(
      tool.errors == "\(file): error: gzip: expected more compressed data, found the end of the"
        + " file (at compressed offset \(whole.count / 2))\n")
  }

  @Test(arguments: readers) func aSlipOfThePen(_ verb: String) throws {
    expectOneLine(
      try Tool.iopt(verb, "-", input: Self.scenario + "unmap 0x0\n"),
      "<standard input>:3:10: error: expected a length in bytes, found the end of the line")
  }

  @Test func aSecondFileThatIsMissingIsTold() throws {
    let tool = try Tool.iopt("replay", Self.trace, folder("nowhere"))
    expectOneLine(tool, "\(folder("nowhere")): error: cannot open: ")
  }

  @Test func textIsNoFuzzInput() throws {
    let message = "error: expected a fuzz input, found the text of a scenario"
    let file = try folder.file("case.iopt", "# what it is\n\(Self.scenario)".utf8)
    expectOneLine(try Tool.iopt("show", file), "\(file): \(message)")
    expectOneLine(
      try Tool.iopt("show", "-", input: Self.scenario), "<standard input>: \(message)")
  }

  @Test func severalScenariosAreNoSingleInput() throws {
    let tool = try Tool.iopt("encode", "-", input: Self.scenario + Self.scenario)
    expectOneLine(tool, "<standard input>: error: expected one scenario in all, found 2")
  }

  /// What `--subject` cannot be, and what is said of it.
  static let subjects = [
    ("", "expected swift, reference, kernel:TREE or the path of a shared object (PATH.so)"),
    ("swfit", "expected swift, reference, kernel:TREE or the path of a shared object (PATH.so)"),
    ("/nowhere/x.so", "no such file"),
    ("nowhere.so", "no such file"),
    ("./README.md", "cannot be loaded: ./README.md: "),
    ("./Sources", "cannot be loaded: ./Sources: "),
    (
      "swift,gather=best",
      "expected gather= and one of merged, original, always-add, proposed after the comma, or"
        + " kernel=7.1, 7.2 or 7.3"
    ),
    (
      "reference,",
      "expected gather= and one of merged, original, always-add, proposed after the"
        + " comma, or kernel=7.1, 7.2 or 7.3"
    ),
    (
      "swift,gather=merged,gather=merged",
      "expected gather= and one of merged, original, always-add, proposed after the comma, or"
        + " kernel=7.1, 7.2 or 7.3, or one of those after a row: lookup, dynamic-top, page-sizes,"
        + " small-map, no-page-size, levels, svpbmt, dirty, empty-piece, destroy, magazines, each"
        + " once, or listen or skew, found 'gather=merged'"
    ),
    (
      "swift,listen,listen",
      "expected gather= and one of merged, original, always-add, proposed after the comma, or"
        + " kernel=7.1, 7.2 or 7.3, or one of those after a row: lookup, dynamic-top, page-sizes,"
        + " small-map, no-page-size, levels, svpbmt, dirty, empty-piece, destroy, magazines, each"
        + " once, or listen or skew, found 'listen'"
    ),
    (
      "swift,skew,listen,skew",
      "expected gather= and one of merged, original, always-add, proposed after the comma, or"
        + " kernel=7.1, 7.2 or 7.3, or one of those after a row: lookup, dynamic-top, page-sizes,"
        + " small-map, no-page-size, levels, svpbmt, dirty, empty-piece, destroy, magazines, each"
        + " once, or listen or skew, found 'skew'"
    ),
  ]

  /// What one host hears is compared with what the other does.
  @Test(arguments: [["--left", "swift,listen"], ["--right", "reference,listen"]])
  func aSideThatListensAloneIsRefused(_ side: [String]) throws {
    let tool = try Tool.iopt(["diff", "Corpus/scenarios/dma-last-byte-of-the-space.iopt"] + side)
    #expect(tool.status == 2 && tool.output.isEmpty)
    #expect(tool.errors.contains("put ,listen behind both sides"), "\(tool)")
  }

  @Test(arguments: subjects) func noSubject(_ name: String, _ reason: String) throws {
    for arguments in [
      ["replay", Self.trace, "--subject", name], ["record", Self.trace, "--subject", name],
      ["diff", Self.trace, "--left", name], ["diff", Self.trace, "--right", name],
      ["minimize", Self.trace, "--left", name],
    ] {
      expectOneLine(try Tool.iopt(arguments), "subject '\(name)': \(reason)")
    }
  }

  /// Arguments that make no sense, and what is said of them.
  static let arguments: [([String], String, String)] = [
    (["unheard-of"], "Unexpected argument 'unheard-of'", "iopt --help"),
    (["replay"], "Missing expected argument '<file> ...'", "iopt replay --help"),
    (
      ["replay", "x", "--jsn"], "Unknown option '--jsn'. Did you mean '--json'?",
      "iopt replay --help"
    ),
    (["replay", "x", "--reports=-1"], "--reports takes at least 0", "iopt replay --help"),
    (["diff", "x", "--reports", "few"], "The value 'few' is invalid for", "iopt diff --help"),
    (["record", "x", "-o"], "Missing value for '-o <file>'", "iopt record --help"),
    (["generate", "--seed", "x"], "The value 'x' is invalid for", "iopt generate --help"),
    (
      ["generate", "--format", "arm"], "--format 'arm': expected riscv_64, amdv1, vtdss or x86_64",
      "iopt generate --help"
    ),
    (
      ["generate", "--layer", "top"], "--layer 'top': expected pt, dma, both",
      "iopt generate --help"
    ),
    (["generate", "extra"], "Unexpected argument 'extra'", "iopt generate --help"),
    (
      ["encode", "x", "-o", "a", "--directory", "b"],
      "--output and --directory exclude each other", "iopt encode --help"
    ),
    (["corpus", "stats"], "Missing expected argument '<dir>'", "iopt corpus stats --help"),
  ]

  @Test(arguments: arguments)
  func badUsage(_ arguments: [String], _ message: String, _ help: String) throws {
    expectOneLine(try Tool.iopt(arguments), "error: \(message)", "(see \(help))")
  }
}
