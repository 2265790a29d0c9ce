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
