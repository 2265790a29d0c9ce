// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import ScenarioLanguage

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a fuzz input as text.",
    discussion: """
      Any bytes are some scenario. iopt encode is the reverse.

      Example: iopt show artifacts/divergence-0123456789abcdef.bin
      """)

  @Argument(help: ArgumentHelp("Fuzz inputs; - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup var output: TextOutput

  func run() throws {
    try output.whileOpen { (drain) in
      var text = TextBuffer()
      for file in files {
        let bytes = try readBytes(file)
        let isText = [".iopt", ".iopt.gz"].contains(where: file.hasSuffix)
        if isText || bytes.starts(with: "iopt 1\n".utf8) || bytes.starts(with: "iopt 2\n".utf8) {
          throw ScenarioError(
            file: file, position: .file,
            message: "expected a fuzz input, found the text of a scenario")
        }
        text.append(decode(bytes))
      }
      try drain(&text)
    }
  }
}

/// Bytes of a file that is read as a whole: a small gzip file may hold any number of them.
private let byteLimit = 32 << 20

/// All bytes of a file (`-` is standard input), gzip or not.
func readBytes(_ path: String) throws -> [UInt8] {
  var input = try ByteInput(path: path)
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = try chunk.withUnsafeMutableBytes { try input.read(into: $0) }
    if count == 0 { return result }
    if result.count + count > byteLimit {
      throw ScenarioError(
        file: path, position: .file,
        message: "expected at most \(byteLimit) bytes, found more (after decompression)")
    }
    result += chunk[..<count]
  }
}
