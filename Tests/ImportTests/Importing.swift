// SPDX-License-Identifier: GPL-2.0-only
import Import
import ScenarioLanguage

/// What came of a text.
struct Imported {
  var text = ""
  var complaints: [String] = []
  var lines = ReadTally()
  var tally = ImportTally()
  var spaces: [ImportedSpace] = []
  var summary: [String] = []

  /// The operations of all scenarios, one a line, without headers.
  var operations: [String] {
    text.split(separator: "\n").map(String.init).filter {
      !$0.hasPrefix("#") && !$0.hasPrefix("iopt") && !$0.hasPrefix("domain")
        && !$0.hasPrefix("dma ")
    }
  }

  var scenarios: [Scenario] {
    get throws { try readScenarios(bytes: Array(text.utf8), name: "imported").map(\.scenario) }
  }

  /// Imports a text, with physical addresses kept unless `options` says otherwise.
  init(_ trace: String, _ change: (inout ImportOptions) -> Void = { _ in }) throws {
    var options = ImportOptions()
    options.keepsAddresses = true
    change(&options)
    let said = Said()
    let importer = TraceImport(options) { said.lines.append("\($0)") }
    try importer.read(ByteInput(bytes: Array(trace.utf8), name: "trace"))
    try importer.finish()
    var all = ""
    try importer.write({ (buffer) throws(ScenarioError) in
      all += buffer.string
      buffer.removeAll()
    })
    text = all
    complaints = said.lines
    lines = importer.lines
    tally = importer.tally
    spaces = importer.spaces()
    summary = importer.summary
  }
}

private final class Said { var lines: [String] = [] }
