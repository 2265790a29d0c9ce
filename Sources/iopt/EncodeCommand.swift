// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Scenario

struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn a scenario's text into the bytes of a fuzz input.",
    discussion: """
      The reverse of iopt show. A file with several scenarios needs --directory, which gets one \
      input for each, named by its content.

      Example: iopt encode case.iopt -o Corpus/fuzz/case
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(name: .shortAndLong, help: "Where the input goes; - is standard output.")
  var output = "-"

  @Option(help: ArgumentHelp("Where one input for each scenario goes.", valueName: "dir"))
  var directory: String?

  func run() throws {
    var scenarios: [Scenario] = []
    for file in files { scenarios += try readScenarios(path: file).map(\.scenario) }
    if let directory {
      for scenario in scenarios {
        let bytes = encode(scenario)
        try write(bytes, to: "\(directory)/\(contentName(bytes))")
      }
      return
    }
    guard scenarios.count == 1 else {
      throw ValidationError(
        "expected one scenario, found \(scenarios.count): give --directory for several")
    }
    try write(encode(scenarios[0]), to: output)
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    var buffer = TextBuffer(capacity: bytes.count)
    bytes.withUnsafeBytes { buffer.append($0) }
    if path == "-" {
      return try buffer.write(to: STDOUT_FILENO, name: "standard output")
    }
    var file = try FileOutput(path: path)
    try file.append(buffer.bytes)
    try file.commit()
  }
}

/// A file name made of the bytes: FNV-1a, 64 bits.
private func contentName(_ bytes: [UInt8]) -> String {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
