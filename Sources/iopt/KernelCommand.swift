// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep
import ScenarioLanguage

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel",
    abstract: "Work with kernel trees as subjects.",
    discussion: """
      Wherever a subject is named, kernel:TREE is the code of a kernel tree, which is built when it \
      has to be. Documentation/kernel-subject.md tells more.

      Example: iopt kernel build 7.3
      """,
    subcommands: [KernelBuild.self, KernelCases.self])
}

struct KernelBuild: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build a kernel tree's own code, as it stands, into a plug-in.",
    discussion: """
      Prints where the plug-in is, and on standard error which files of formats are not in it, and \
      why. What was built of the same files before is not built again. CC \
      chooses the compiler (clang unless it is set), LOCKSTEP_CFLAGS adds flags, such as \
      -fsanitize=undefined. Exit status: 0 there is a plug-in, 2 it cannot be built.

      Example: iopt kernel build ~/src/linux@HEAD~1 -o before.so
      """)

  @Argument(
    help: ArgumentHelp(
      "A release that make kernel-source fetched (7.3), a folder, or DIR@REV of a git repository.",
      valueName: "tree"))
  var tree: String

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("Put a copy of the plug-in here.", valueName: "file"))
  var output: String?

  func run() throws {
    let built = try KernelSubject(tree: tree).plugin(listsAll: true)
    guard let output else { return print(built) }
    try copy(built, output)
    print(output.printable)
  }

  private func copy(_ path: String, _ output: String) throws {
    let bytes = try readBytes(path)
    var file = try FileOutput(path: output)
    try bytes.withUnsafeBytes { try file.append($0) }
    try file.commit()
  }
}
