// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report

struct KernelCases: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kunit",
    abstract: "Run a kernel tree's own KUnit cases for its page tables.",
    discussion: """
      Compiles drivers/iommu/generic_pt/kunit_*.h as they stand, for each format, as the kernel's \
      configuration for them has it (CONFIG_DEBUG_GENERIC_PT), and runs each case in a process of \
      its own: a warning, a crash and a case that does not end fail it. How the cases of the same \
      files ended before is not tried again. Exit status: 0 all pass or skip themselves, 1 a case \
      fails, 2 there is no such tree, 3 none was run.

      With --case the cases of files are run instead, as iopt export kunit writes them; each is \
      printed, and a file that does not compile in the tree is status 2.

      Example: iopt kernel kunit 7.3
      """)

  @Argument(
    help: ArgumentHelp(
      "A release that make kernel-source fetched (7.3), a folder, or DIR@REV of a git repository.",
      valueName: "tree"))
  var tree: String

  @Flag(help: "Print each case.")
  var list = false

  @Option(
    name: .customLong("case"),
    help: ArgumentHelp(
      "Run the cases of this file instead; may be repeated.", valueName: "file.c"))
  var files: [String] = []

  func run() throws {
    let running = try RunningTreeCases(
      of: KernelSubject(tree: tree), files: files, inBackground: false)
    switch try running.result() {
    case .notRun(let reason):
      print("skipped: \(reason)")
      throw nothingJudged
    case .ran(let cases):
      if list || !files.isEmpty { print(cases.allLines.joined(separator: "\n")) }
      print(cases.lines.joined(separator: "\n"))
      let counts = cases.formats.map(\.count)
      if counts.contains(where: { $0.failed > 0 }) { throw somethingDiffers }
      if !counts.contains(where: { $0.ran > 0 }) { throw nothingJudged }
    }
  }
}
