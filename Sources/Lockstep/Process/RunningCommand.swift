// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// A program that runs beside this one, with its environment and without input. It is waited for by
/// whoever asks how it ended; one that nobody asks ends by itself.
final class RunningCommand {
  private let output: UnsafeMutablePointer<FILE>

  /// Starts `words[0]`.
  init(_ words: [String]) throws(ProcessError) {
    let command = words.map(Self.quoted).joined(separator: " ") + " 2>&1 </dev/null"
    guard let output = popen(command, "re") else { throw ProcessError("cannot make a process") }
    self.output = output
  }

  /// Waits for the end, once. Lines are shown to `takes` as they come; those that it takes are not
  /// kept.
  func finish(takes: (String) -> Bool) -> (status: Int32, lines: [String]) {
    var lines: [String] = []
    var buffer: UnsafeMutablePointer<CChar>?
    var capacity = 0
    while getline(&buffer, &capacity, output) > 0 {
      let line = String(cString: buffer!)
      let text = line.hasSuffix("\n") ? String(line.dropLast()) : line
      if !takes(text) { lines.append(text) }
    }
    free(buffer)
    let ended = pclose(output)
    return (ended & 0x7f == 0 ? ended >> 8 & 0xff : 128 + ended & 0x7f, lines)
  }

  /// A word that the shell leaves as it is.
  private static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
