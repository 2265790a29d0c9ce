// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// Names that cannot be put back into a folder are neither packed nor unpacked.
@Suite struct PackNameTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  static let names: [(name: String, reason: String)] = [
    ("", "at least one byte"), (String(repeating: "n", count: 256), "at most 255 bytes"),
    ("../escape", "leads to another folder"), ("a/b", "leads to another folder"),
    ("..", "hidden"), (".", "hidden"), (".hidden", "hidden"),
    // A character that is a dot, or a slash, and an accent.
    (".\u{308}x", "hidden"), ("a/\u{301}b", "leads to another folder"),
    ("x.tmp-1", "temporary file"), ("x.tmp-1.tmp-22", "temporary file"),
    ("a\nb", "control characters"), ("a\u{1b}[31m", "control characters"),
    ("a\0b", "control characters"), ("a\u{7f}", "control characters"),
    ("a.iopt", "that of a text"), ("a.iopt.gz", "that of a text"), ("a.txt", "that of a text"),
    (String(repeating: "0", count: 40), "checksum of other bytes"),
  ]

  @Test(arguments: names) func isNeitherPackedNorUnpacked(_ name: String, _ reason: String) throws {
    let pack = CorpusPack([CorpusInput(name: name, bytes: [1])])
    let written = #expect(throws: ScenarioError.self) { try pack.write(to: scratch("bad")) }
    #expect(written?.message.contains(reason) == true)
    #expect(!FileManager.default.fileExists(atPath: scratch("bad")))
    try Data(pack.bytes).write(to: URL(fileURLWithPath: scratch("bad")))
    let read = #expect(throws: ScenarioError.self) { try CorpusPack(path: scratch("bad")) }
    // A name with a line feed ends its line before it ends.
    #expect(
      read?.message.contains(reason) == true || name.contains("\n"), "\(String(describing: read))")
    #expect(read?.description.contains("\n") == false)
  }

  @Test func aNameComesOnce() throws {
    let pack = CorpusPack([
      CorpusInput(name: "a", bytes: [1]), CorpusInput(name: "a", bytes: [2]),
    ])
    let written = #expect(throws: ScenarioError.self) { try pack.write(to: scratch("bad")) }
    #expect(written?.message.contains("another input has it") == true)
    try Data(pack.bytes).write(to: URL(fileURLWithPath: scratch("bad")))
    #expect(throws: ScenarioError.self) { try CorpusPack(path: scratch("bad")) }
  }

  @Test func aNameThatIsNotUTF8IsRefused() throws {
    var bytes = CorpusPack([CorpusInput(name: "abc", bytes: [1])]).bytes
    bytes[bytes.count - 4] = 0xff
    try Data(bytes).write(to: URL(fileURLWithPath: scratch("bad")))
    let read = #expect(throws: ScenarioError.self) { try CorpusPack(path: scratch("bad")) }
    #expect(read?.message.contains("not UTF-8") == true)
  }

  /// The longest name there is, spaces at both ends, and two spellings of one letter.
  @Test func allOtherNamesComeBack() throws {
    let inputs = [
      String(repeating: "n", count: 255), String(repeating: "é", count: 127), " a  b ", "a\u{301}",
      "\u{e1}", "-", "*", "x.tmp-",
    ].map { CorpusInput(name: $0, bytes: Array($0.utf8)) }
    let folder = try scratch.corpus("c", inputs)
    #expect(try Tool.status("iopt corpus pack \(folder.path) -o \(scratch("pack"))") == 0)
    #expect(try Tool.status("iopt corpus unpack \(scratch("pack")) \(scratch("d"))") == 0)
    // Byte by byte: two of the names are equal as strings.
    let names = try CorpusFolder(scratch("d")).inputs().map { Array($0.name.utf8) }
    #expect(Set(names) == Set(inputs.map(\.bytes)))
    #expect(try CorpusFolder(scratch("d")).inputs().allSatisfy { Array($0.name.utf8) == $0.bytes })
  }

  @Test func aFolderWithANameThatCannotBeRestoredIsNotPacked() throws {
    let folder = try scratch.corpus("c", [CorpusInput(name: "a\nb", bytes: [1])])
    let command = "iopt corpus pack \(folder.path) -o \(scratch("pack"))"
    #expect(try Tool.status(command, errors: scratch("errors")) == 2)
    let errors = try String(contentsOfFile: scratch("errors"), encoding: .utf8)
    #expect(errors.hasSuffix("'a\\nb' cannot be the name of an input: it has control characters\n"))
    #expect(!FileManager.default.fileExists(atPath: scratch("pack")))
  }
}
