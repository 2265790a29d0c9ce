// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import FuzzTarget
import Glibc
import Report
import ScenarioLanguage

@main
enum Main {
  static func main() {
    // libFuzzer runs this binary again for its own purposes (-fork, -merge, -minimize_crash), with
    // flags of its own; so do we for further jobs.
    if FuzzSettings.isChild {
      endWithParent()
      runLibFuzzer(CommandLine.arguments)
    } else {
      runCommand()
    }
  }

  /// Bad usage ends with status 2 as in `iopt`; libFuzzer's own statuses are larger.
  private static func runCommand() {
    do {
      var command = try FuzzCommand.parseAsRoot()
      try command.run()
    } catch {
      if FuzzCommand.exitCode(for: error).isSuccess { FuzzCommand.exit(withError: error) }
      let isUsage = FuzzCommand.exitCode(for: error) == .validationFailure
      let line =
        isUsage
        ? usageLine(
          FuzzCommand.message(for: error), full: FuzzCommand.fullMessage(for: error),
          program: "iopt-fuzz")
        : "\(error)".printable
      printError(line + "\n")
      exit(2)
    }
  }
}

/// Hands the process over to libFuzzer, which ends it.
func runLibFuzzer(_ arguments: [String]) {
  iopt_fuzz_reset_signals()
  // Where libFuzzer starts processes of its own, it stops them when it is interrupted.
  let starts = ["-fork=", "-merge=", "-minimize_crash=", "-jobs="]
  if !arguments.contains(where: { argument in starts.contains { argument.hasPrefix($0) } }) {
    iopt_fuzz_end_on_signals()
  }
  var count = Int32(arguments.count)
  // libFuzzer keeps the pointers for good.
  let strings = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
    capacity: arguments.count + 1)
  for (index, argument) in arguments.enumerated() { strings[index] = strdup(argument) }
  strings[arguments.count] = nil
  var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = strings
  exit(LLVMFuzzerRunDriver(&count, &list, testOneInput))
}
