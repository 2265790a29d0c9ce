// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// One scenario as a KUnit case: the domain that the fixtures open, and calls of the helpers.
struct KUnitCase {
  /// A line of the case's body.
  enum Line: Equatable {
    case call(CCall)
    case comment(String)
    /// An operation begins: its text.
    case begin(String)
    /// The case is skipped where this C condition holds: why.
    case skipIf(String, String)
  }

  /// Of the case's function, without `test_`.
  var name: String
  /// Where the scenario stands.
  let place: String
  let domain: DomainConfiguration
  var body: [Line] = []
  /// What was observed and is not in it, by what the file's comment calls it.
  var leftOut: Set<LeftOut> = []
  /// The most calls of the driver that one operation makes.
  var syncs = 0

  /// Something that a trace tells and KUnit does not see.
  enum LeftOut: String, CaseIterable {
    case stores = "the order of stores, and the words of tables"
    case tables = "when tables are allocated and freed, and in which order"
    case cleaning = "what is written back for walkers that do not snoop"
    case top = "what the driver is told of a new top"
    case commands = "the driver's commands"
  }
}

/// What cases expect.
public enum KUnitExpectation: Sendable {
  /// All that a subject was seen to do; its name, for the reader.
  case subject(String)
  /// What the documented contract promises.
  case contract
}
