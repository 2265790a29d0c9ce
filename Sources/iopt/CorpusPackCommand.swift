// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

struct CorpusPackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Put a corpus into one compressed file with checksums.",
    discussion: """
      The same inputs make the same file. Names that iopt corpus unpack could not restore are \
      refused: control characters, other texts than UTF-8.

      Example: iopt corpus pack Corpus/fuzz -o seeds.pack
      """)

  @Argument(help: ArgumentHelp("A folder of fuzz inputs.", valueName: "dir"))
  var folder: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let contents = try CorpusFolder(folder).contents()
    // What lacks something is not the folder's pack.
    if let fault = contents.faults.first { throw fault }
    var omissions = CorpusOmissions()
    omissions.add(contents)
    let (inputs, renamed) = Self.intact(contents.inputs)
    try CorpusPack(inputs).write(to: output)
    let bytes = inputs.reduce(0) { $0 + $1.bytes.count }
    if json {
      return try printJSON(
        Result(inputs: inputs.count, bytes: bytes, renamed: renamed, passedOver: omissions))
    }
    let note = renamed == 0 ? "" : ", \(renamed) named by their checksum again"
    print(
      "\(output.printable): \(inputs.count) inputs, \(bytes) bytes before compression"
        + note + omissions.text)
  }

  /// The inputs, those that were cut short or damaged under the names of what they hold now.
  private static func intact(_ inputs: [CorpusInput]) -> (inputs: [CorpusInput], renamed: Int) {
    var result = inputs.filter(\.isIntact)
    var names = Set(result.map(\.name))
    for var input in inputs where !input.isIntact {
      input.name = ContentName(of: input.bytes).description
      if names.insert(input.name).inserted { result.append(input) }
    }
    return (result.sorted { $0.name < $1.name }, inputs.count { !$0.isIntact })
  }

  private struct Result: Encodable {
    var inputs: Int
    var bytes: Int
    var renamed: Int
    var passedOver: CorpusOmissions
  }
}

struct CorpusUnpack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpack",
    abstract: "Put the inputs of a packed corpus into a folder.",
    discussion: """
      The whole file is checked first, and refused when it would take more than 256 MiB. A file \
      that is there already must hold the same bytes.

      Example: iopt corpus unpack seeds.pack artifacts/corpus
      """)

  @Argument(help: ArgumentHelp("What iopt corpus pack wrote.", valueName: "file"))
  var file: String

  @Argument(help: ArgumentHelp("The folder; made when missing.", valueName: "dir"))
  var folder: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let inputs = try CorpusPack(path: file).inputs
    let folder = try CorpusFolder(self.folder, create: true)
    let swept = try folder.sweep()
    var missing: [CorpusInput] = []
    for input in inputs {
      guard let there = try folder.readIfThere(input.name) else {
        missing.append(input)
        continue
      }
      guard there == input.bytes else {
        throw ScenarioError(
          file: "\(self.folder)/\(input.name)", position: .file,
          message: "is there already and holds other bytes; nothing was unpacked")
      }
    }
    for input in missing { try folder.write(input.bytes, as: input.name) }
    try folder.synchronize()
    let there = inputs.count - missing.count
    if json {
      return try printJSON(Result(unpacked: missing.count, there: there, swept: swept))
    }
    print(
      "\(self.folder.printable): \(missing.count) inputs unpacked, \(there) there\(swept.text)")
  }

  private struct Result: Encodable {
    var unpacked: Int
    var there: Int
    var swept: CorpusSweep
  }
}
