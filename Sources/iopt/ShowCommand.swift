// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Scenario

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a fuzz input as text.",
    discussion: """
      Any bytes are some scenario.

      Example: iopt show artifacts/divergence-0123456789abcdef.bin
      """)

  @Argument(help: ArgumentHelp("Fuzz inputs; - is standard input.", valueName: "file"))
  var files: [String]

  func run() throws {
    var text = TextBuffer()
    for file in files { text.append(decode(try readBytes(file))) }
    try text.write(to: STDOUT_FILENO, name: "standard output")
  }
}

/// All bytes of a file (`-` is standard input), gzip or not.
func readBytes(_ path: String) throws -> [UInt8] {
  var input = try ByteInput(path: path)
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = try chunk.withUnsafeMutableBytes { try input.read(into: $0) }
    if count == 0 { return result }
    result += chunk[..<count]
  }
}
