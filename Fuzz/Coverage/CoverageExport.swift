// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// What `llvm-cov export -format=text` writes, as far as it is needed here (LLVM's
/// CoverageExporterJson.cpp describes it).
struct CoverageExport: Decodable {
  struct Unit: Decodable { var functions: [Function] }

  struct Function: Decodable {
    var name: String
    /// Index by a region's file number; 0 is not always the function's own file.
    var filenames: [String]
    /// First line, first column, last line, end column, count, file, expanded file, kind.
    var regions: [[UInt64]]
  }

  var data: [Unit]

  init(contentsOf path: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    self = try JSONDecoder().decode(CoverageExport.self, from: bytes)
  }
}

extension CoverageExport.Function {
  /// A file's number, a line and a column.
  private struct Place: Hashable { var file, line, column: UInt64 }

  private static let code: UInt64 = 0
  private static let expansion: UInt64 = 1

  /// The regions of code as if no macro stood at their beginning: LLVM cuts that off, and has a
  /// region of its own for what the macro stands for, which is left out where it is only one.
  var codeRegions: [[UInt64]] {
    let expansions = regions.filter { $0[7] == Self.expansion }
    let beginnings = Dictionary(
      expansions.map { (Place(file: $0[5], line: $0[2], column: $0[3]), $0) }
    ) { first, _ in first }
    let bodies = Set(expansions.map { $0[6] })
    let code = regions.filter { $0[7] == Self.code }
    let inFile = Dictionary(code.map { ($0[5], 1) }, uniquingKeysWith: +)
    return code.filter { !bodies.contains($0[5]) || inFile[$0[5]]! > 1 }.map { region in
      var whole = region
      while let macro = beginnings[Place(file: whole[5], line: whole[0], column: whole[1])] {
        (whole[0], whole[1]) = (macro[0], macro[1])
      }
      return whole
    }
  }
}

/// A piece of source that is run as a whole.
struct Region: Hashable, Comparable {
  var file: String
  var firstLine: UInt64
  var firstColumn: UInt64
  var lastLine: UInt64
  var endColumn: UInt64

  static func < (left: Region, right: Region) -> Bool { left.order < right.order }

  /// By place; of two that start at one place the larger comes first.
  private var order: (String, UInt64, UInt64, UInt64, UInt64) {
    (file, firstLine, firstColumn, .max - lastLine, .max - endColumn)
  }

  func contains(_ other: Region) -> Bool {
    file == other.file && (firstLine, firstColumn) <= (other.firstLine, other.firstColumn)
      && (other.lastLine, other.endColumn) <= (lastLine, endColumn)
  }
}
