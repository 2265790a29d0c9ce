// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// A domain is opened, or fails with an error number.
@Suite struct OpeningTests {
  private let scratch: ScratchFolder
  private let file: String

  init() throws {
    scratch = try ScratchFolder()
    file = try scratch.file("three.iopt", IsolationTests.three.utf8)
  }

  @Test(
    arguments: [
      (
        "crashes in its second domain", "if (opened == 2) return IOPT_CRASHED",
        "ran away or faulted"
      ),
      (
        "fails without a number", "if (opened == 2) return IOPT_FAILED", "no error number says why"
      ),
    ])
  func anotherEndBreaksTheContract(_ name: String, _ code: String, _ text: String) throws {
    let plugin = try BadPlugin(name, .open, code).build(in: scratch)
    let tool = try Tool.iopt("check", file, "--subject", plugin)
    #expect(tool.status == 1 && tool.errors == "", "\(tool)")
    #expect(
      tool.output.hasPrefix("\(file):5: \(plugin) breaks the contract at the domain"), "\(tool)")
    #expect(tool.output.contains(text), "\(tool.output)")
    let others = try Tool.iopt("check", file, "--subject", plugin, "--except", "opening")
    #expect(others.status == 0, "\(others)")
  }

  @Test(arguments: ["swift", "reference"])
  func theLayersCheckOfPageSizesIsNone(_ subject: String) throws {
    let file = try scratch.file(
      "large.iopt",
      """
      iopt 1
      domain format=vtdss va=48 oa=52 features=none top=3 pgsizes=0x200000
      dma queue=single cpus=1 size=16 timeout=10 mode=strict limit=0xffffffff

      """.utf8)
    let tool = try Tool.iopt("check", file, "--subject", subject)
    #expect(tool.output.contains("up to a crash") && !tool.output.contains("breaks"), "\(tool)")
  }
}
