// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// A program that was run to its end, with this process's environment.
struct ShellCommand {
  /// Its exit status; 128 and a signal's number when one ended it, as shells count.
  var status: Int32
  /// What it wrote, to standard output and standard error alike, without those lines that were taken.
  var lines: [String] = []

  /// Runs `words[0]`. Lines are shown to `takes` as they come; those that it takes are not kept.
  init(_ words: [String], takes: (String) -> Bool) throws(ProcessError) {
    let command = words.map(Self.quoted).joined(separator: " ") + " 2>&1 </dev/null"
    guard let output = popen(command, "re") else { throw ProcessError("cannot make a process") }
    var buffer: UnsafeMutablePointer<CChar>?
    var capacity = 0
    while getline(&buffer, &capacity, output) > 0 {
      let line = String(cString: buffer!)
      let text = line.hasSuffix("\n") ? String(line.dropLast()) : line
      if !takes(text) { lines.append(text) }
    }
    free(buffer)
    let ended = pclose(output)
    status = ended & 0x7f == 0 ? ended >> 8 & 0xff : 128 + ended & 0x7f
  }

  /// A word that the shell leaves as it is.
  private static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
