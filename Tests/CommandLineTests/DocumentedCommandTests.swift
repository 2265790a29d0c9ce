// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What the documents show of a terminal is what a terminal shows, and the commands that they name
/// are there.
@Suite struct DocumentedCommandTests {
  static let documents: [String] = {
    let folder = Tool.root.appendingPathComponent("Documentation").path
    let pages = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return ["README.md", "CONTRIBUTING.md"]
      + pages.filter { $0.hasSuffix(".md") }.sorted().map { "Documentation/\($0)" }
  }()

  private static func text(_ document: String) throws -> String {
    try String(contentsOf: Tool.root.appendingPathComponent(document), encoding: .utf8)
  }

  // MARK: Terminals

  /// A document's commands are run one after the other in one folder, in which the repository's own
  /// are found too. A file that `cat` shows first is made of what is shown.
  @Test(arguments: documents) func aTerminalShowsWhatTheDocumentSays(_ document: String) throws {
    let folder = try ScratchFolder()
    for name in ["Corpus", "Documentation", "reference"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder(name), withDestinationPath: Tool.root.appendingPathComponent(name).path)
    }
    var status: Int32 = 0
    for step in ConsoleBlock.all(in: try Self.text(document)).flatMap(\.steps) where step.isTried {
      if let name = step.shownFile, !FileManager.default.fileExists(atPath: folder(name)) {
        _ = try folder.file(name, step.output.map { $0 + "\n" }.joined().utf8)
      }
      let tool = try Tool.shell(
        "cd '\(folder.path)'; (exit \(status)); { \(step.command)\n} 2>&1")
      status = tool.status
      var printed = tool.output.split(separator: "\n", omittingEmptySubsequences: false)
      if printed.last == "" { printed.removeLast() }
      #expect(step.matches(printed), "\(document):\(step.line): prints\n\(tool.output)")
    }
  }

  @Test func terminalsAreFoundAndCompared() throws {
    let steps = try Self.documents.flatMap {
      ConsoleBlock.all(in: try Self.text($0)).flatMap(\.steps)
    }
    #expect(steps.count { $0.isTried && $0.command.hasPrefix("iopt ") } >= 4)
    let step = ConsoleBlock.Step(command: "", line: 1, output: ["a", "…", "d"])
    #expect(step.matches(["a", "b", "c", "d"]) && step.matches(["a", "d"]))
    #expect(!step.matches(["a", "b"]) && !step.matches(["a", "d", "e"]))
  }

  /// The last line of `make replay`, which takes too long here: what was recorded is counted.
  @Test func theReadmeCountsTheTraces() throws {
    let count = try Tool.shell(
      """
      find Corpus/kernel -name '*.iopt.gz' | xargs gzip -dc | awk '
        /^= / { observations++; next } /^iopt / { scenarios++; next } /^(dma |#|$)/ { next }
        { statements++ }
        END { printf "%d scenarios, %d statements, %d observations", scenarios, statements,
          observations }'
      """
    ).output
    let line = "\nswift, reference: \(count) compared: all equal\n"
    #expect(try Self.text("README.md").contains(line), "\(count)")
  }

  // MARK: Commands

  private struct Help: Decodable {
    struct Command: Decodable {
      struct Argument: Decodable {
        struct Name: Decodable {
          var kind: String
          var name: String
        }
        var names: [Name]?
      }
      var commandName: String
      var arguments: [Argument]?
      var subcommands: [Command]?
    }
    var command: Command
  }

  private static let help = Result {
    let dump = try Tool.iopt("--experimental-dump-help").output
    return try JSONDecoder().decode(Help.self, from: Data(dump.utf8)).command
  }

  /// The words of every command `iopt …`, in a block or in backquotes.
  private static func commands(in text: String) -> [[Substring]] {
    var commands: [Substring] = []
    var isBlock = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("```") {
        isBlock = ["```sh", "```console"].contains(line)
      } else if isBlock {
        commands += line.split { "|;()".contains($0) }
      } else {
        let parts = line.split(separator: "`", omittingEmptySubsequences: false)
        commands += parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }
      }
    }
    return commands.compactMap { command in
      var words = command.split { " $".contains($0) }[...]
      if words.first == ".build/release/iopt" || words.first == "bin/iopt" { words[0] = "iopt" }
      guard words.first == "iopt", words.count > 1 else { return nil }
      return words.dropFirst().prefix { !$0.hasPrefix("#") }
    }
  }

  @Test(arguments: documents) func everyVerbAndOptionThatIsNamedIsThere(_ document: String) throws {
    let program = try Self.help.get()
    for words in Self.commands(in: try Self.text(document)) {
      var command = program
      var rest = words[...]
      // `VERB` and `1` stand for themselves in what is said of all verbs, and of the language.
      if words == ["1"] || words == ["2"] { continue }
      while let verb = rest.first,
        let found = command.subcommands?.first(where: {
          $0.commandName == verb || verb == "VERB"
        })
      {
        command = found
        rest = rest.dropFirst()
      }
      let place = "\(document): iopt \(words.joined(separator: " "))"
      #expect(command.commandName != "iopt" || rest.first?.hasPrefix("-") == true, "\(place)")
      let known = Set(
        (command.arguments ?? []).flatMap { $0.names ?? [] }
          .map { $0.kind == "long" ? "--\($0.name)" : "-\($0.name)" })
      for word in rest where word.hasPrefix("-") && word != "-" {
        let name = word.prefix { $0 != "=" }
        #expect(known.contains(String(name)), "\(place): \(name)")
      }
    }
  }

  /// What the README says to type is typed, with a case and an input. Replays of all traces and
  /// sweeps take too long.
  @Test func whatTheReadmeSaysToTypeDoesSomething() throws {
    let folder = try ScratchFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder("Corpus"), withDestinationPath: Tool.root.appendingPathComponent("Corpus").path
    )
    let name = "Corpus/reproducers/gather-original-forgets-the-disjoint-range.iopt"
    let prepared = try Tool.shell(
      "cd '\(folder.path)'; cp \(name) case.iopt; iopt encode case.iopt -o INPUT")
    #expect(prepared.status == 0, "\(prepared.errors)")
    let short = [
      "record", "diff", "minimize", "show", "encode", "generate", "check", "corpus", "history",
    ]
    var tried: Set<Substring> = []
    for words in Self.commands(in: try Self.text("README.md")) where short.contains("\(words[0])") {
      let command = words.joined(separator: " ")
      // A verb that is only spoken of, and files that only the fuzzer leaves.
      if words.count == 1 && words[0] != "generate" || command.contains("HASH") { continue }
      tried.insert(words[0])
      let left = words[0] == "minimize" ? " --left reference,gather=original --right reference" : ""
      let tool = try Tool.shell("cd '\(folder.path)'; iopt \(command)\(left)")
      #expect(tool.status <= 1 && tool.errors == "", "iopt \(command): \(tool.errors)")
    }
    #expect(tried.count == short.count, "\(tried)")
  }

  @Test func commandsAreFound() throws {
    let all = try Self.documents.flatMap { Self.commands(in: try Self.text($0)) }
    #expect(all.count > 30)
  }
}
