// SPDX-License-Identifier: GPL-2.0-only

/// A program that was run to its end, with this process's environment.
struct ShellCommand {
  /// Its exit status; 128 and a signal's number when one ended it, as shells count.
  var status: Int32
  /// What it wrote, to standard output and standard error alike, without those lines that were taken.
  var lines: [String]

  /// Runs `words[0]`. Lines are shown to `takes` as they come; those that it takes are not kept.
  init(_ words: [String], takes: (String) -> Bool) throws(ProcessError) {
    (status, lines) = try RunningCommand(words).finish(takes: takes)
  }
}
