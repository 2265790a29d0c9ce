// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Manual pages and completions, as `make install` puts them in their places.
@Suite struct ManualTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func page(_ name: String) throws -> String {
    String(decoding: try folder.bytes(name), as: UTF8.self)
  }

  @Test func everyVerbHasAPage() throws {
    let tool = try Tool.run(Tool.product("iopt-manual"), [folder.path, Tool.path])
    #expect(tool.status == 0, "\(tool.errors)")
    let names = try folder.names()
    for name in ["iopt", "iopt-diff", "iopt-corpus-pack", "iopt-sweep-exhaustive"] {
      #expect(names.contains("\(name).1"))
    }
    #expect(!names.contains("iopt-help.1"))
    let diff = try page("iopt-diff.1")
    #expect(diff.hasPrefix(".TH \"IOPT\\-DIFF\" 1 \"\" \"iopt 1 (commit "))
    for part in [
      ".SH SYNOPSIS\n\\fBiopt diff\\fR [\\fIoptions\\fR] \\fIfile\\fR ...\n",
      ".TP\n\\fB\\-\\-left\\fR \\fIsubject[,gather=R]\\fR\n", "Default: swift.\n",
      ".SH EXIT STATUS\n0 all that was compared", ".SH EXAMPLE\n.nf\niopt diff case.iopt ",
      ".SH SEE ALSO\n.BR iopt (1)\n",
    ] {
      #expect(diff.contains(part), "\(part)")
    }
    for name in names {
      // Nothing in a page is taken for a request that is none.
      let requests = Set(
        try page(name).split(separator: "\n").filter { ".'".contains($0.first!) }
          .map { $0.prefix { $0 != " " } })
      #expect(
        requests.isSubset(of: [".TH", ".nh", ".ad", ".SH", ".TP", ".BR", ".nf", ".fi", ".PP"]))
      #expect(try page(name).allSatisfy(\.isASCII))
    }
  }

  @Test func whatCannotBeAskedIsNamed() throws {
    let tool = try Tool.run(Tool.product("iopt-manual"), [folder.path, "/bin/true"])
    #expect(tool.status == 2)
    #expect(tool.errors.hasPrefix("iopt-manual: /bin/true: its help is of another form"))
    let none = try Tool.run(Tool.product("iopt-manual"), [folder.path, folder("none")])
    #expect(none.errors == "iopt-manual: \(folder("none")): cannot run\n")
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsKnowTheVerbs(_ shell: String) throws {
    let tool = try Tool.iopt("--generate-completion-script", shell)
    #expect(tool.status == 0)
    for word in ["replay", "minimize", "exhaustive"] { #expect(tool.output.contains(word)) }
    if shell == "bash" {
      let check = try Tool.run("/bin/bash", ["-n"], input: tool.output)
      #expect(check.status == 0, "\(check.errors)")
    }
  }
}
