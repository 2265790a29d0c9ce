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
    // flags of its own.
    if FuzzSettings.isChild {
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

/// Whether libFuzzer starts processes of its own with these arguments, or prints what a user wants to
/// read: then nobody else watches it.
func isLibFuzzersOwn(_ arguments: [String]) -> Bool {
  let flags = [
    "-fork=", "-merge=", "-set_cover_merge=", "-minimize_crash=", "-cleanse_crash=", "-jobs=",
    "-help=",
  ]
  return arguments.contains { argument in flags.contains { argument.hasPrefix($0) } }
}

/// Hands the process over to libFuzzer, which ends it. `endsOnSignals`: it ends at once when one
/// comes.
func runLibFuzzer(_ arguments: [String], endsOnSignals: Bool? = nil) -> Never {
  iopt_fuzz_reset_signals()
  // Where libFuzzer starts processes of its own, it stops them when it is interrupted.
  if endsOnSignals ?? !isLibFuzzersOwn(arguments) { iopt_fuzz_end_on_signals() }
  var count = Int32(arguments.count)
  // libFuzzer keeps the pointers for good.
  let strings = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
    capacity: arguments.count + 1)
  for (index, argument) in arguments.enumerated() { strings[index] = strdup(argument) }
  strings[arguments.count] = nil
  var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = strings
  exit(LLVMFuzzerRunDriver(&count, &list, testOneInput))
}
