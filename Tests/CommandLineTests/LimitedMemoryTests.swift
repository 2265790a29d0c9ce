// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// Limits on a process are an error of one line, and nothing that a subject did.
@Suite struct LimitedMemoryTests {
  private let scratch: ScratchFolder
  private let file: String

  init() throws {
    scratch = try ScratchFolder()
    file = try scratch.file("three.iopt", IsolationTests.three.utf8)
  }

  @Test(arguments: ["", " --isolate"])
  func tooLittleAddressSpaceIsSaid(_ option: String) throws {
    let tool = try Tool.shell("ulimit -v 1000000; iopt diff '\(file)'\(option)")
    #expect(tool.status == 2 && tool.output == "", "\(tool)")
    #expect(tool.errors.hasPrefix("cannot reserve "), "\(tool.errors)")
    #expect(
      tool.errors.hasSuffix(" (ulimit -v is in force): Cannot allocate memory\n"), "\(tool.errors)")
    #expect(tool.errors.split(separator: "\n").count == 1)
  }

  @Test func aFileThatMayNotGrowIsSaid() throws {
    let out = scratch("out.iopt")
    let tool = try Tool.shell("ulimit -f 1; iopt generate --count 100 -o '\(out)'")
    #expect(tool.status == 2 && tool.output == "", "\(tool)")
    #expect(tool.errors.contains("File too large"), "\(tool.errors)")
    #expect(try scratch.names() == ["three.iopt"])
  }
}
