// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct CorpusPackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Put a corpus into one compressed file with checksums.",
    discussion: """
      The same inputs make the same file.

      Example: iopt corpus pack Corpus/fuzz -o seeds.pack
      """)

  @Argument(help: ArgumentHelp("A folder of fuzz inputs.", valueName: "dir"))
  var folder: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    reportLargeFilesAsErrors()
    let inputs = try CorpusFolder(folder).inputs()
    if let damaged = inputs.first(where: { !$0.isIntact }) {
      throw ScenarioError(
        file: "\(folder)/\(damaged.name)", position: .file,
        message: "its bytes do not match its name; remove or rename it before packing")
    }
    try CorpusPack(inputs).write(to: output)
    let bytes = inputs.reduce(0) { $0 + $1.bytes.count }
    if json { return try printJSON(["inputs": inputs.count, "bytes": bytes]) }
    print("\(output): \(inputs.count) inputs, \(bytes) bytes before compression")
  }
}

struct CorpusUnpack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpack",
    abstract: "Put the inputs of a packed corpus into a folder.",
    discussion: """
      The whole file is checked first. A file that is there already must hold the same bytes.

      Example: iopt corpus unpack seeds.pack artifacts/corpus
      """)

  @Argument(help: ArgumentHelp("What iopt corpus pack wrote.", valueName: "file"))
  var file: String

  @Argument(help: ArgumentHelp("The folder; made when missing.", valueName: "dir"))
  var folder: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    reportLargeFilesAsErrors()
    let inputs = try CorpusPack(path: file).inputs
    let folder = try CorpusFolder(self.folder, create: true)
    var missing: [CorpusInput] = []
    for input in inputs {
      guard folder.contains(input.name) else {
        missing.append(input)
        continue
      }
      guard try folder.read(input.name) == input.bytes else {
        throw ScenarioError(
          file: "\(self.folder)/\(input.name)", position: .file,
          message: "is there already and holds other bytes; nothing was unpacked")
      }
    }
    for input in missing { try folder.write(input.bytes, as: input.name) }
    try folder.synchronize()
    let there = inputs.count - missing.count
    if json { return try printJSON(["unpacked": missing.count, "there": there]) }
    print("\(self.folder): \(missing.count) inputs unpacked, \(there) there")
  }
}
