// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import ScenarioLanguage

/// Prints to standard output at once. Unlike the standard library's function of that name, which it
/// hides in this program, it does not lose what cannot be written: it says so and ends the process.
func print(_ text: String, terminator: String = "\n") {
  var buffer = TextBuffer(capacity: text.utf8.count + 1)
  buffer.append(text)
  buffer.append(terminator)
  do throws(ScenarioError) {
    try buffer.write(to: STDOUT_FILENO, name: "standard output")
  } catch {
    writeError("\(error)\n")
    exit(2)
  }
}

/// Where a verb's text goes.
struct TextOutput: ParsableArguments {
  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp(
      "Write a file instead of standard output; .gz compresses.", valueName: "file"))
  var output = "-"

  /// Hands `write` a function that takes text away and empties its buffer. A file is there only
  /// when all of it was written.
  func whileOpen(_ write: ((inout TextBuffer) throws(ScenarioError) -> Void) throws -> Void) throws
  {
    if output == "-" {
      return try write { (text: inout TextBuffer) throws(ScenarioError) in
        try text.write(to: STDOUT_FILENO, name: "standard output")
        text.removeAll()
      }
    }
    var file = try FileOutput(path: output)
    try write { (text: inout TextBuffer) throws(ScenarioError) in
      try file.append(text.bytes)
      text.removeAll()
    }
    try file.commit()
  }
}
