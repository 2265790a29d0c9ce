// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What is wrong with a command line, in one line. `message` is the argument parser's, `full` the
/// same with the usage behind it, which names the help to ask for; `program` is asked where it knows
/// the verb better.
public func usageLine(_ message: String, full: String, program: String) -> String {
  let line = full.split(separator: "\n").last { $0.contains("--help'") }
  let help = line?.split(separator: "'").dropFirst().first.map(String.init)
  let text = message.split(separator: "\n").joined(separator: " ").printable
  let own = "\(program) --help"
  return "error: \(text) (see \(help.map { $0.count > own.count ? $0 : own } ?? own))"
}
