// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// Folders in which others write and remove, and in which not everything is an input.
@Suite struct LivingFolderTests {
  private let scratch: Scratch
  private let small = sampleInput(0x1000)
  private let sides = "--left reference"

  init() throws { scratch = try Scratch() }

  private func put(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: scratch("c/\(name)")))
  }

  private func run(_ command: String) throws -> (status: Int32, output: String, errors: String) {
    let status = try Tool.status(
      "\(command) > \(scratch("output"))", errors: scratch("errors"))
    return (
      status, try String(contentsOfFile: scratch("output"), encoding: .utf8),
      try String(contentsOfFile: scratch("errors"), encoding: .utf8)
    )
  }

  @Test func whatVanishesBetweenListingAndReadingIsCounted() throws {
    let inputs = [sampleInput(0x1000), sampleInput(0x2000), sampleInput(0x3000)]
    let folder = try scratch.corpus("c", inputs)
    try put("gone.iopt", Array("iopt 1\n".utf8))
    let listing = try folder.listing()
    try folder.removeIfThere(inputs[1].name)
    try folder.removeIfThere("gone.iopt")
    let contents = folder.contents(of: listing, withTexts: true)
    #expect(Set(contents.inputs.map(\.name)) == [inputs[0].name, inputs[2].name])
    #expect(contents.vanished == 2)
    #expect(contents.faults == [])
    #expect(try folder.removeIfThere(inputs[1].name) == false)
  }

  /// Another process makes and removes inputs all the while, as a fuzzer does that finds smaller
  /// ones.
  @Test func verbsGoOnWhileAFuzzerIsAtWork() throws {
    let folder = try scratch.corpus("c", [small])
    let script =
      "while kill -0 $PPID; do for n in 1 2 3 4 5 6 7 8; do echo $n > \(folder.path)/x$n; done;"
      + " rm -f \(folder.path)/x*; done"
    let fuzzer = Process()
    fuzzer.executableURL = URL(fileURLWithPath: "/bin/sh")
    fuzzer.arguments = ["-c", script]
    try fuzzer.run()
    defer {
      fuzzer.terminate()
      fuzzer.waitUntilExit()
    }
    let (c, m) = (scratch("c"), scratch("m"))
    let commands = [
      "stats \(c) \(sides)", "check \(c) \(sides)", "merge \(m) \(c) \(sides)",
      "pack \(c) -o \(scratch("pack"))", "prune \(c) \(sides)", "merge \(c) \(m) \(sides)",
    ]
    for command in commands {
      for _ in 0..<5 {
        let result = try run("iopt corpus \(command)")
        #expect(result.status == 0, "\(command): \(result.errors)")
      }
    }
    #expect(folder.contains(small.name))
  }

  @Test func logsAreLeftOutAndBadFilesAreToldInTheEnd() throws {
    _ = try scratch.corpus("c", [small, sampleInput(0x20_0000, pages: 512)])
    try put("job-1.log", Array("#1 INITED\n".utf8))
    try put("report.txt", Array("report\n".utf8))
    try put("bad.iopt", Array("iopt 1\nnonsense\n".utf8))
    try put("large", [UInt8](repeating: 0, count: 1 << 20 + 1))
    for verb in ["stats", "check", "prune", "merge \(scratch("m"))"] {
      let result = try run("iopt corpus \(verb) \(scratch("c")) \(sides)")
      #expect(result.status == 2)
      let readsTexts = verb == "stats" || verb == "check"
      let large =
        "\(scratch("c"))/large: error: expected an input of at most 1048576 bytes\n"
      let bad = "\(scratch("c"))/bad.iopt:2:1: error: expected `domain`, found `nonsense`\n"
      #expect(result.errors == large + (readsTexts ? bad : ""), "\(verb)")
      #expect(
        result.output.contains(
          "2 logs and reports left out, \(readsTexts ? 2 : 1) cannot be read"), "\(result.output)")
    }
    #expect(try run("iopt corpus stats \(scratch("c"))").output.hasPrefix("inputs      2, "))
    #expect(try CorpusFolder(scratch("m")).listing().inputs.count == 2)
    let pack = try run("iopt corpus pack \(scratch("c")) -o \(scratch("pack"))")
    #expect(pack.status == 2)
    #expect(!FileManager.default.fileExists(atPath: scratch("pack")))
  }

  @Test func namesThatAreNotUTF8AreTold() throws {
    let folder = try scratch.corpus("c", [small])
    close(open(folder.path + "/a\u{1b}[31m", O_CREAT | O_WRONLY, 0o600))
    var name = Array((folder.path + "/x").utf8CString)
    name[name.count - 2] = CChar(bitPattern: 0xff)
    close(open(name, O_CREAT | O_WRONLY, 0o600))
    let result = try run("iopt corpus check \(folder.path) \(sides)")
    #expect(result.status == 2)
    #expect(result.errors == "\(folder.path)/\u{fffd}: error: expected a name in UTF-8\n")
  }

  /// Two small files that together would take much memory.
  @Test func textsOfAFolderAreBoundedTogether() throws {
    _ = try scratch.corpus("c", [])
    let head = "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=flush_range,sign_extend\n"
    let operations = String(repeating: "iova_to_phys 0x0\n", count: 600_000)
    let text = Array((head + operations).utf8).withUnsafeBytes { gzipCompressed($0) }
    try put("a.iopt.gz", text)
    try put("b.iopt.gz", text)
    let folder = try CorpusFolder(scratch("c"))
    let contents = try folder.contents(withTexts: true)
    #expect(contents.texts.count == 1)
    #expect(
      contents.faults.map(\.message) == [
        "expected at most 1048576 operations in all texts of a folder"
      ])
  }
}
