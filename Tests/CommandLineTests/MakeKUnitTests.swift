// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `make kunit`, as far as it goes without a kernel's source.
@Suite struct MakeKUnitTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func kunit(_ arguments: String, _ environment: String = "") throws -> Tool {
    try Tool.shell(
      "\(environment) LOCKSTEP_KERNELS='\(scratch("kernels"))' Tools/kunit \(arguments)")
  }

  @Test func badInputIsOneLine() throws {
    for (arguments, message) in [
      ("", "kunit: expected a release such as VERSION=7.3, found ''\n"),
      ("seven", "kunit: expected a release such as VERSION=7.3, found 'seven'\n"),
      ("7.3 /nowhere.c", "kunit: CASES: /nowhere.c: no such file\n"),
    ] {
      let tool = try kunit(arguments)
      #expect(tool.status == 2 && tool.errors == message && tool.output == "", "\(tool)")
    }
    let package = try scratch.file("no.deb", "no package".utf8)
    let tool = try kunit("7.3", "DEB='\(package)'")
    #expect(tool.status == 2 && tool.errors.contains("expected a Debian package"), "\(tool)")
  }

  /// A machine without apt, which could not fetch anything.
  @Test func withoutASourceItIsSkippedWithTheReason() throws {
    let made = try Tool.shell(
      """
      mkdir '\(scratch("bin"))'
      for tool in bash awk cat cp cmp dirname env grep head mkdir mktemp mv realpath rm sed tail; do
        ln -s "$(command -v $tool)" '\(scratch("bin"))/'
      done
      """)
    #expect(made.status == 0)
    let tool = try kunit("7.3", "PATH='\(scratch("bin"))'")
    #expect(tool.status == 3 && tool.output == "", "\(tool)")
    #expect(
      tool.errors.hasPrefix("kunit: skipped: kernel-source: there is no apt-get here: "), "\(tool)")
  }
}
