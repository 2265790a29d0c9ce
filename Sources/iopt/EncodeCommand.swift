// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep
import ScenarioLanguage

struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn a scenario's text into the bytes of a fuzz input.",
    discussion: """
      The reverse of iopt show. A file with several scenarios needs --directory, which gets one \
      input for each, named by the SHA-1 of its bytes, as in a corpus.

      Example: iopt encode case.iopt -o Corpus/fuzz/case
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    name: .shortAndLong, help: "Where the input goes; - is standard output, and the default.")
  var output: String?

  @Option(help: ArgumentHelp("Where one input for each scenario goes.", valueName: "dir"))
  var directory: String?

  func validate() throws {
    if output != nil, directory != nil {
      throw ValidationError("--output and --directory exclude each other")
    }
  }

  func run() throws {
    var scenarios: [Scenario] = []
    for file in files { scenarios += try readScenarios(path: file).map(\.scenario) }
    if let directory {
      for scenario in scenarios {
        let bytes = encode(scenario)
        try write(bytes, to: "\(directory)/\(ContentName(of: bytes))")
      }
      return
    }
    guard scenarios.count == 1 else {
      throw ScenarioError(
        file: files.last!, position: .file,
        message: "expected one scenario in all, found \(scenarios.count)"
          + " (--directory takes several)")
    }
    try write(encode(scenarios[0]), to: output ?? "-")
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
