// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// Text that cannot be read, and what the reader must say of it.
struct BadText: CustomTestStringConvertible, Sendable {
  var text: String
  var line: Int
  var column: Int
  var message: String

  /// A whole file.
  init(_ text: String, _ line: Int, _ column: Int, _ message: String) {
    self.text = text
    self.line = line
    self.column = column
    self.message = message
  }

  var testDescription: String { text.debugDescription }

  /// One line each, after the same text.
  static func lines(after start: String, _ lines: [(String, Int, String)]) -> [BadText] {
    let line = start.split(separator: "\n").count + 1
    return lines.map { BadText("\(start)\($0.0)\n", line, $0.1, $0.2) }
  }

  var description: String { "case.iopt:\(line):\(column): error: \(message)" }
}

/// Texts that the tables of bad lines begin with.
enum Start {
  static let file = "iopt 1\n"
  static let domain = file + "domain format=riscv_64 va=39 oa=56 features=sign_extend\n"
  static let dma =
    domain + "dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0xffffffff\n"
}

/// What a reader makes of text: the error that ends it, or nil.
func faultOfTrace(_ bytes: [UInt8]) -> String? {
  var reader = TraceReader(bytes: bytes, name: "case.iopt")
  var words: [UInt64] = []
  do throws(ScenarioError) {
    while try reader.next(appendingTo: &words) != nil {}
    return nil
  } catch {
    return error.description
  }
}

/// The same for a reader that wants the scenarios only.
func faultOfScenarios(_ bytes: [UInt8]) -> String? {
  do throws(ScenarioError) {
    _ = try readScenarios(bytes: bytes, name: "case.iopt")
    return nil
  } catch {
    return error.description
  }
}

/// Both readers say the same of a statement that is no observation.
func expectFault(_ bad: BadText) {
  let bytes = Array(bad.text.utf8)
  #expect(faultOfTrace(bytes) == bad.description)
  #expect(faultOfScenarios(bytes) == bad.description)
}

/// A reader of traces names the fault; one that wants the scenarios skips the line.
func expectFaultOfObservation(_ bad: BadText) {
  let bytes = Array(bad.text.utf8)
  #expect(faultOfTrace(bytes) == bad.description)
  #expect(faultOfScenarios(bytes) == nil)
}
