// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import CVersion
import Glibc
import Report
import ScenarioLanguage

/// The command line. Each verb is a file of its own.
@main
struct Iopt: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "iopt",
    abstract: "A laboratory for the kernel's generic IOMMU page table and its invalidations.",
    discussion: """
      Scenarios are text (.iopt, .iopt.gz); - reads standard input. \(exitStatuses)

      Example: iopt replay Corpus/kernel/pt/directed-riscv-4k.iopt.gz
      """,
    version: "iopt \(String(cString: lockstep_version()))",
    subcommands: [
      Replay.self, Record.self, Diff.self, Check.self, Minimize.self, Show.self, Encode.self,
      ImportCommand.self, ExplainFaultCommand.self, ExportCommand.self, Upgrade.self, Generate.self,
      Sweep.self, Corpus.self, HistoryCommand.self, KernelCommand.self, ReviewCommand.self,
      MeasureCommand.self, CompareCommand.self,
    ])

  static func main() {
    // A file that grows too large for the process's limit is an error of `write` then, like a full
    // disk, and does not end the process.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      leave(error)
    }
  }

  /// With the verb that was asked for.
  private static var program: String {
    for verb in configuration.subcommands {
      let name: String = verb._commandName
      if CommandLine.arguments.dropFirst().first == name { return "iopt \(name)" }
    }
    return "iopt"
  }

  /// Prints what an error has to say and ends the process with the status that belongs to it.
  private static func leave(_ error: any Error) -> Never {
    if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
    if exitCode(for: error).isSuccess { exit(withError: error) }
    let isUsage = exitCode(for: error) == .validationFailure
    let line =
      isUsage
      ? usageLine(message(for: error), full: fullMessage(for: error), program: program)
      : "\(error)".printable
    writeError(line + "\n")
    Glibc.exit(ReviewCommand.isBisecting ? ReviewCommand.skipped : 2)
  }
}

/// Writes to standard error, all of it or what it takes.
func writeError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let count = write(STDERR_FILENO, start, rest.count)
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }
}
