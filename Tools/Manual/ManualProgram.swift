// SPDX-License-Identifier: GPL-2.0-only
import CVersion
import Foundation

/// Writes manual pages of programs, one for each verb too:
///
///     iopt-manual FOLDER PROGRAM…
@main
enum ManualProgram {
  static func main() {
    if CommandLine.arguments.dropFirst().first == "--version" {
      print("iopt-manual \(String(cString: lockstep_version()))")
      return
    }
    do {
      let arguments = CommandLine.arguments.dropFirst()
      guard let folder = arguments.first, arguments.count > 1 else {
        throw ManualFailure("usage: iopt-manual FOLDER PROGRAM...")
      }
      let tools = try arguments.dropFirst().map { (try dump($0), try version($0)) }
      let names = tools.map(\.0.commandName)
      for (command, version) in tools {
        try write(command, to: folder, version: version, others: names)
      }
    } catch {
      FileHandle.standardError.write(Data("iopt-manual: \(error)\n".utf8))
      exit(2)
    }
  }

  private static func write(
    _ command: HelpDump.Command, to folder: String, version: String, others: [String]
  ) throws {
    let page = ManualPage(command, version: version, others: others)
    let file = "\(folder)/\(command.pageName).1"
    do {
      try Data(page.text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw ManualFailure("\(file): cannot write")
    }
    for verb in command.verbs {
      try write(verb, to: folder, version: version, others: others)
    }
  }

  private static func dump(_ program: String) throws -> HelpDump.Command {
    let data = try output(program, "--experimental-dump-help")
    do {
      return try JSONDecoder().decode(HelpDump.self, from: data).command
    } catch {
      throw ManualFailure("\(program): its help is of another form than expected: \(error)")
    }
  }

  private static func version(_ program: String) throws -> String {
    String(decoding: try output(program, "--version"), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func output(_ program: String, _ argument: String) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [argument]
    let pipe = Pipe()
    process.standardOutput = pipe
    do { try process.run() } catch { throw ManualFailure("\(program): cannot run") }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ManualFailure("\(program) \(argument): failed")
    }
    return data
  }
}

struct ManualFailure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
