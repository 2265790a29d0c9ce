// SPDX-License-Identifier: GPL-2.0-only
import CIsolation
import Glibc

/// A program that runs beside this one, with its environment and without input, in a process group of
/// its own. It is waited for by whoever asks how it ended; one that nobody asks is ended with this
/// object, and so it is, with all that it has started, when a signal ends the process.
final class RunningCommand {
  private let output: UnsafeMutablePointer<FILE>
  private let group: pid_t
  private let companion: Int32
  private var isOver = false

  /// Starts `words[0]`.
  init(_ words: [String]) throws(ProcessError) {
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var (group, companion): (pid_t, Int32) = (0, -1)
    let end = iopt_command_start(&arguments, &group, &companion)
    guard end >= 0, let output = fdopen(end, "r") else {
      throw ProcessError("cannot make a process")
    }
    (self.output, self.group, self.companion) = (output, group, companion)
  }

  deinit {
    guard !isOver else { return }
    iopt_command_stop(group, companion)
    fclose(output)
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
    fclose(output)
    isOver = true
    let ended = iopt_command_wait(group, companion)
    return (ended & 0x7f == 0 ? ended >> 8 & 0xff : 128 + ended & 0x7f, lines)
  }
}
