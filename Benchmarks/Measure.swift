// SPDX-License-Identifier: GPL-2.0-only

/// One figure, measured once: a line of a measures file, five fields with tabs between them.
struct Measure: Equatable {
  /// Which figure it is. Several rounds measure the same.
  struct Name: Hashable {
    var table: String
    var row: String
    /// Empty in a table with one figure a row.
    var column = ""
    var unit: String
  }

  var name: Name
  /// Not negative.
  var value: Double

  var line: String {
    "\(name.table)\t\(name.row)\t\(name.column)\t\(value)\t\(name.unit)\n"
  }

  init(_ name: Name, _ value: Double) {
    self.name = name
    self.value = value
  }

  /// nil when the line is not of that form.
  init?(line: Substring) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 5, !fields[0].isEmpty, !fields[1].isEmpty, !fields[4].isEmpty,
      let value = Double(fields[3]), value.isFinite, value >= 0
    else { return nil }
    name = Name(table: fields[0], row: fields[1], column: fields[2], unit: fields[4])
    self.value = value
  }
}
