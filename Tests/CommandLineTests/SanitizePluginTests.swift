// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `Fuzz/sanitize-plugin`. Building an iopt with AddressSanitizer takes minutes, so these run it with the
/// one that is there: what it does around that.
@Suite struct SanitizePluginTests {
  private static let example = "Documentation/example-plugin/sv39.c"
  private static let page = "Documentation/example-plugin/one-page.iopt"

  private func run(_ arguments: String...) throws -> Tool {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try Tool.run(
      "/bin/bash", ["-c", "IOPT='\(Tool.path)' LEFT=swift Fuzz/sanitize-plugin \(words)"])
  }

  private func refuses(_ tool: Tool, _ message: String) {
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors == "sanitize-plugin: \(message)\n")
  }

  @Test func whatItCannotTakeIsOneLineAndStatusTwo() throws {
    refuses(try run(), "expected a plug-in: make sanitize-plugin PLUGIN=mine.c [FILES='…']")
    refuses(try run("missing.c"), "missing.c: no such file")
    refuses(try run(Self.example, "missing.iopt"), "missing.iopt: no such file")
    refuses(
      try run("README.md"),
      "README.md: expected a shared object (.so), C sources (.c) or kernel:TREE")
    let scratch = try ScratchFolder()
    let object = try Tool.examplePlugin(in: scratch)
    refuses(try run("\(object) \(object)"), "expected one shared object, or sources")
  }

  @Test func sourcesThatDoNotCompileAreToldByTheCompiler() throws {
    let scratch = try ScratchFolder()
    let tool = try run(try scratch.file("bad.c", "int bad(void) { return }\n".utf8))
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors.contains("bad.c:1:") && tool.errors.contains("expected expression"))
    #expect(tool.errors.hasSuffix("sanitize-plugin: the plug-in does not compile\n"))
  }

  @Test func aSharedObjectIsHeldAgainstTheOtherSideOnTheFilesThatAreNamed() throws {
    let scratch = try ScratchFolder()
    let good = try run(try Tool.examplePlugin(in: scratch), Self.page)
    #expect(good.status == 0 && good.output.hasSuffix(": no difference\n"), "\(good)")
    let bad = try Tool.examplePlugin(
      in: scratch, replacing: [("error = ERRNO_EADDRINUSE;", "put(d, pa, pte);")])
    let found = try run(bad, Self.page)
    #expect(found.status == 1 && found.output.contains("differs from swift"), "\(found)")
  }
}
