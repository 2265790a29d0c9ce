// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `iopt history` as a user meets it, and the page that it writes.
@Suite struct HistoryTests {
  private static let plugins = Result { () throws -> String in
    let folder = "Fuzz/.build/faults"
    let sides = try Tool.iopt("history", "--sides", "--plugins", folder).output
    let names = sides.split(separator: "\n").map { $0.split(separator: " ") }
      .filter { $0[1].hasPrefix(folder) }.map { String($0[0]) }
    let tool = try Tool.run(
      Tool.root.appendingPathComponent("Fuzz/fault-plugin").path, [folder] + names)
    try #require(tool.status == 0 && names.count >= 3, "\(tool.errors)")
    return folder
  }

  private static let figures = "Documentation/history-figures.txt"

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: Tool.root.appendingPathComponent(path), encoding: .utf8)
  }

  // MARK: The page

  @Test func thePageHoldsWhatTheCommandPrints() throws {
    let printed = try Tool.iopt(
      "history", "--markdown", "--plugins", try Self.plugins.get(), "--figures", Self.figures)
    #expect(printed.status == 0 && printed.errors == "")
    let page = try Self.text("Documentation/history.md")
    let start = try #require(page.range(of: "<!-- iopt history --markdown"))
    let body = page[start.lowerBound...].drop { $0 != "\n" }.dropFirst()
    let end = try #require(body.range(of: "<!-- end -->"))
    #expect(body[..<end.lowerBound] == printed.output, "Fuzz/history --page writes it anew")
  }

  /// Each change has a figure, by ten seeds or more that all found it, in less than 20 s.
  @Test func everyChangeIsFoundSoon() throws {
    struct Change: Decodable {
      struct Figure: Decodable {
        var executions: Int
        var seconds: Double
        var found: Int
        var seeds: Int
      }
      var name: String
      var measured: Figure?
    }
    let tool = try Tool.iopt("history", "--json", "--figures", Self.figures)
    let changes = try JSONDecoder().decode([Change].self, from: Data(tool.output.utf8))
    #expect(changes.count >= 14)
    for change in changes {
      let figure = try #require(change.measured, "\(change.name)")
      #expect(figure.seeds >= 10 && figure.found == figure.seeds, "\(change.name)")
      #expect(figure.seconds < 20 && figure.executions > 0, "\(change.name)")
    }
  }

  // MARK: The command

  @Test func aChangeIsToldWithBothOutcomesAndTheContract() throws {
    let tool = try Tool.iopt("history", "destroy")
    #expect(tool.status == 0)
    for line in [
      "destroy: 7.2 → 7.3\n", "\n    dma_iova_destroy 0 0x1000\n",
      "\n  7.2: = iova_free 0xffffc000 0x1000\n    the contract: departs: destroyedByLength\n",
      "\n  7.3: = iova_free 0xffffc000 0x3000\n    the contract: kept\n",
      "\n1 changes run by reference: each shows\n",
    ] {
      #expect(tool.output.contains(line), "\(line)\(tool.output)")
    }
    #expect(try Tool.iopt("history", "destroy", "--subject", "swift").status == 0)
  }

  /// Those of `figures` where no file is named, whatever folder the command runs in.
  @Test func howSoonAFuzzerFindsItComesWithTheProgram() throws {
    let line = try #require(
      try Self.text(Self.figures).split(separator: "\n").first { $0.hasPrefix("destroy ") })
    let words = line.split(separator: " ")
    let tool = try Tool.iopt("history", "destroy")
    #expect(
      tool.output.contains(
        "\n  found: after \(words[1]) executions, \(words[2]) s of the processor"),
      "\(tool.output)")
  }

  @Test func whatDoesNotShowIsADifferenceFromWhatIsSaid() throws {
    let folder = try ScratchFolder()
    let right = Tool.root.appendingPathComponent(try Self.plugins.get()).path
    // Another fault under the name of this one.
    try FileManager.default.createSymbolicLink(
      atPath: folder("grown-top-leaks.so"),
      withDestinationPath: "\(right)/gather-of-the-length-asked-for.so")
    let tool = try Tool.iopt("history", "grown-top-leaks", "--plugins", folder.path)
    #expect(tool.status == 1)
    #expect(tool.output.hasSuffix("no difference: grown-top-leaks\n"), "\(tool.output)")
  }

  @Test func whatIsNotRunIsTold() throws {
    let tool = try Tool.iopt("history", "grown-top-leaks")
    #expect(tool.status == 3)
    #expect(tool.output.hasSuffix("0 changes run by reference, 1 not run: nothing was run\n"))
    let both = try Tool.iopt("history", "grown-top-leaks", "lookup")
    #expect(both.status == 0)
    #expect(both.output.hasSuffix("1 changes run by reference, 1 not run: each shows\n"))
  }

  @Test func aFuzzerIsGivenOneRowAlone() throws {
    let tool = try Tool.iopt("history", "--sides", "dirty", "gather=original")
    #expect(
      tool.output == """
        dirty reference,kernel=7.3,dirty=7.2 reference,kernel=7.3
        gather=original reference,gather=original reference,gather=always-add

        """)
  }

  @Test func badInputIsOneLine() throws {
    let unknown = try Tool.iopt("history", "dirt")
    #expect(unknown.status == 2 && unknown.errors.hasPrefix("error: 'dirt': expected lookup, "))
    let subject = try Tool.iopt("history", "dirty", "--subject", "mine")
    #expect(subject.status == 2 && subject.output == "")
    let folder = try ScratchFolder()
    for (text, message) in [
      ("dirty 1 0.1 1 1\ndirty 1 0.1 1 1\n", ":2:1: error: 'dirty' has figures already\n"),
      ("# figures\nnone 1 0.1 1 1\n", ":2:1: error: no change has the name 'none'\n"),
      (
        "dirty many 0.1 1 1\n",
        ":1:1: error: expected NAME EXECUTIONS SECONDS FOUND SEEDS, found 'dirty many 0.1 1 1'\n"
      ),
    ] {
      let file = try folder.file("figures", text.utf8)
      let tool = try Tool.iopt("history", "dirty", "--figures", file)
      #expect(tool.status == 2 && tool.output == "")
      #expect(tool.errors == file + message)
    }
  }
}
