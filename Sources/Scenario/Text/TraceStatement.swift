// SPDX-License-Identifier: GPL-2.0-only

/// One line of a trace that is not empty.
public enum TraceStatement: Equatable, Sendable {
  /// `iopt 1` or `iopt 2`: everything is reset.
  case scenario
  case domain(DomainConfiguration)
  case dma(DMAConfiguration)
  case operation(Operation)
  /// An `=` line; its record was appended to the caller's words.
  case observation
}

/// A scenario and where its `iopt 1` line stands.
public struct LocatedScenario: Equatable, Sendable {
  /// Without what it was observed to do.
  public var scenario: Scenario
  /// Counted from 1.
  public var line: Int

  public init(_ scenario: Scenario, line: Int) {
    self.scenario = scenario
    self.line = line
  }
}
