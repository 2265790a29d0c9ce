// SPDX-License-Identifier: GPL-2.0-only
// Lists the regions that a run did not reach, with the reason for each function:
//
//     iopt-coverage EXPORT.json REASONS.md FOLDER…
//
// EXPORT.json is what `llvm-cov export -format=text` wrote, with names demangled. Exit status: 1 when
// a function lacks a reason or a reason lacks a function, 2 when a file cannot be read.
import CVersion
import Foundation

/// Source files by line, each read once.
struct SourceLines {
  private var files: [String: [Substring]] = [:]

  mutating func line(_ number: Int, of file: String) -> String {
    if files[file] == nil {
      let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
      files[file] = text.split(separator: "\n", omittingEmptySubsequences: false)
    }
    guard files[file]!.indices.contains(number - 1) else { return "" }
    return files[file]![number - 1].trimmingCharacters(in: .whitespaces)
  }
}

func printError(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

@main
enum Main {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--version" {
      print("iopt-coverage \(String(cString: lockstep_version()))")
      return
    }
    guard arguments.count > 2 else {
      printError("usage: iopt-coverage EXPORT.json REASONS.md FOLDER…")
      exit(2)
    }
    do {
      try list(
        export: arguments[1], reasons: arguments[2], folders: Array(arguments.dropFirst(2)))
    } catch {
      printError("iopt-coverage: \(error)")
      exit(2)
    }
  }

  private static func list(export: String, reasons: String, folders: [String]) throws {
    let survey = Survey(
      try CoverageExport(contentsOf: export), root: FileManager.default.currentDirectoryPath,
      folders: folders)
    var sources = SourceLines()
    let listing = Listing(survey, try Reasons(contentsOf: reasons)) { file, line in
      sources.line(line, of: file)
    }
    print(listing.text)
    for folder in folders {
      let (all, reached) = survey.tally(folder)
      print("\(folder): \(reached) of \(all) regions reached")
      if all == 0 { printError("\(folder): nothing in it was instrumented") }
    }
    for problem in listing.problems { printError(problem) }
    if !listing.problems.isEmpty { exit(1) }
  }
}
