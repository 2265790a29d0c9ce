// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import Testing

/// The files that fuzzing services read beside a target. `make fuzz-services` builds the targets
/// and has libFuzzer read them.
@Suite struct ServiceFilesTests {
  private func text(_ path: String) throws -> String {
    try String(contentsOf: Tool.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The entries of a dictionary, with their escapes resolved; nil for a line that is none.
  private func entries(_ path: String) throws -> [[UInt8]?] {
    try text(path).split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      guard line.count > 2, line.hasPrefix("\""), line.hasSuffix("\"") else { return nil }
      var bytes: [UInt8] = []
      var rest = line.dropFirst().dropLast()
      while let character = rest.popFirst() {
        if character != "\\" {
          bytes += Array(String(character).utf8)
        } else if rest.popFirst() == "x", let byte = UInt8(rest.prefix(2), radix: 16) {
          bytes.append(byte)
          rest = rest.dropFirst(2)
        } else {
          return nil
        }
      }
      return bytes
    }
  }

  @Test func optionsAreNumbersAndTheTargetsOwnDictionary() throws {
    let folder = Tool.root.appendingPathComponent("Fuzz/Services").path
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count == 6)
    for name in names {
      let target = try #require(name.hasSuffix(".options") ? name.dropLast(8) : nil)
      var lines = try text("Fuzz/Services/\(name)").split(separator: "\n")
      #expect(lines.removeFirst() == "[libfuzzer]")
      for line in lines {
        let parts = line.split(separator: " = ", maxSplits: 1)
        try #require(parts.count == 2, "\(name): \(line)")
        #expect(parts[0] == "dict" ? parts[1] == "\(target).dict" : Int(parts[1]) != nil)
      }
      #expect(lines.contains { $0.hasPrefix("dict = ") })
    }
  }

  @Test(arguments: ["Fuzz/iopt.dict", "Fuzz/input.dict", "Fuzz/trace.dict"])
  func everyLineOfADictionaryIsAnEntryAndNoneIsRepeated(_ path: String) throws {
    let entries = try entries(path)
    #expect(!entries.contains(nil))
    #expect(Set(entries).count == entries.count)
    #expect(entries.count > 15)
  }

  @Test func theTextDictionaryHasEveryWordThatScenariosPrint() throws {
    let dictionary = try entries("Fuzz/iopt.dict").map { String(decoding: $0 ?? [], as: UTF8.self) }
    let known = Set(dictionary.flatMap(\.words))
    var random = Congruential()
    var missing: Set<String> = []
    for _ in 0..<2000 {
      let input = (0..<160).map { _ in UInt8.random(in: 0...255, using: &random) }
      var printed = TextBuffer()
      printed.append(decode(input))
      let words = String(decoding: printed.bytes, as: UTF8.self).words
      missing.formUnion(words.filter { !known.contains($0) })
    }
    #expect(missing.isEmpty)
  }

  @Test func theServiceBuildRefusesWhatItCannotBuildInOneLine() throws {
    let unknown = try Tool.run(
      "/usr/bin/env", ["OUT=/nonexistent", "SANITIZER=memory", "Fuzz/service-build"])
    #expect(unknown.status == 1)
    #expect(
      unknown.errors
        == "service-build: SANITIZER=memory: expected address, thread, undefined, coverage or none\n"
    )
    let nowhere = try Tool.run("/usr/bin/env", ["-u", "OUT", "Fuzz/service-build"])
    #expect(nowhere.errors == "service-build: set OUT to the folder that the targets go to\n")
  }
}

/// The same numbers each time (Knuth's MMIX constants).
private struct Congruential: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 32 | state << 32
  }
}

extension String {
  /// Words of the language: no numbers and no protections, which are made of single letters.
  fileprivate var words: [String] {
    split { " =,:\n".contains($0) }.map(String.init).filter { word in
      word.count > 1 && !word.first!.isNumber && !word.allSatisfy { "rwcnmp".contains($0) }
    }
  }
}
