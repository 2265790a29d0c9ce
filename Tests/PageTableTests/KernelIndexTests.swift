// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `Documentation/kernel-index.md` is about the C port as it is.
@Suite struct KernelIndexTests {
  private struct Place: Hashable, Comparable, CustomStringConvertible {
    var file: String
    var function: String

    var description: String { "\(file): \(function)" }
    static func < (left: Place, right: Place) -> Bool {
      (left.file, left.function) < (right.file, right.function)
    }
  }

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// What the index names, by file: beside the kernel's functions, and as the port's own.
  private func named() throws -> (besideKernel: Set<Place>, own: Set<Place>) {
    let parts = try text("Documentation/kernel-index.md").components(separatedBy: "\n## The port's")
    try #require(parts.count == 2)
    return (places(in: parts[0]), places(in: parts[1]))
  }

  /// The pieces `file`: `function`, `function` of the last cells of a table's rows, or, where the
  /// file has a cell of its own, of whole rows.
  private func places(in part: String) -> Set<Place> {
    var result: Set<Place> = []
    for row in part.split(separator: "\n") where row.hasPrefix("| `") {
      let cells = row.components(separatedBy: " | ")
      let pieces = cells[1].contains(":") ? cells[1].components(separatedBy: "<br>") : [String(row)]
      for piece in pieces {
        let names = piece.split(separator: "`").filter { $0.contains { $0.isLetter || $0 == "_" } }
        for function in names.dropFirst() {
          result.insert(Place(file: String(names[0]), function: String(function)))
        }
      }
    }
    return result
  }

  /// The functions that a C file of the port defines: from the margin, the body's brace on a line
  /// of its own.
  private func functions(in source: String) -> [String] {
    var head = ""
    var result: [String] = []
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "{" {
        let bare = head.replacing(/__attribute__\(\(\w+\)\)/, with: "")
        if let match = bare.firstMatch(of: /(?:NS\((\w+)\)|(\w+))\(/) {
          result.append(String(match.1 ?? match.2!))
        }
        head = ""
      } else if line.isEmpty || line.hasSuffix(";") || line.hasPrefix("#") || line.hasSuffix("*/") {
        head = ""
      } else {
        head += line + " "
      }
    }
    return result
  }

  /// Everything that the port defines, the ABI and the kernel's own code beside it left out.
  private func defined() throws -> Set<Place> {
    let folder = Self.root.appendingPathComponent("reference").path
    let paths = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
    var result: Set<Place> = []
    for path in paths where path.hasSuffix(".c") || path.hasSuffix(".h") {
      if path.hasPrefix("abi/") || path.hasPrefix("kernel/") { continue }
      for function in functions(in: try text("reference/\(path)")) {
        result.insert(Place(file: path, function: function))
      }
    }
    return result
  }

  @Test func everyFunctionThatTheIndexNamesIsThere() throws {
    let (besideKernel, own) = try named()
    let missing = besideKernel.union(own).subtracting(try defined())
    #expect(besideKernel.count > 200 && own.count > 20)
    #expect(missing.isEmpty, "named, but not in the port: \(missing.sorted())")
  }

  @Test func everyFunctionOfThePortIsInTheIndex() throws {
    let (besideKernel, own) = try named()
    let port = try defined().filter { !$0.file.hasPrefix("subject") }
    let unnamed = port.subtracting(besideKernel).subtracting(own)
    #expect(port.count > 250)
    #expect(unnamed.isEmpty, "in the port, but not named: \(unnamed.sorted())")
  }

  @Test func noFunctionIsBothTheKernelsAndThePortsOwn() throws {
    let (besideKernel, own) = try named()
    let both = besideKernel.intersection(own)
    #expect(both.isEmpty, "named twice: \(both.sorted())")
  }

  /// The compiler says which are missing; this, which are too many.
  @Test func everyNameOfTheDebugBuildIsOfAFunction() throws {
    let functions = Set(try defined().map(\.function))
    let names = try text("reference/pt_debug_names.h").matches(of: /#define (\w+) (\w+)/)
    #expect(names.count > 70)
    let stale = names.filter { !functions.contains(String($0.1)) || $0.2 != $0.1 + "_debug" }
    #expect(stale.isEmpty, "no function, or another name: \(stale.map(\.0))")
  }
}
