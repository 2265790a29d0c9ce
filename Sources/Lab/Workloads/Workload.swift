// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What a real driver would ask of the DMA layer, or a VFIO user of the page table: operations without
/// end, made as they are asked for. Equal parameters and seeds give equal operations.
public protocol Workload: AnyObject {
  /// Appends what the driver does next: one operation or a few that belong together. Every handle that
  /// it names fits what came before.
  func step(_ out: inout LoweredScenario)
}

/// One number that a workload goes by.
public struct WorkloadParameter: Equatable, Sendable {
  /// What `--set` and `--sweep` call it.
  public let name: String
  /// What it is where nobody says.
  public let value: UInt64
  /// Both inclusive.
  public let range: ClosedRange<UInt64>
  /// What it means, with its unit.
  public let meaning: String

  init(_ name: String, _ value: UInt64, _ range: ClosedRange<UInt64>, _ meaning: String) {
    (self.name, self.value, self.range, self.meaning) = (name, value, range, meaning)
  }
}

/// What a workload's parameters are in one run.
public struct WorkloadValues: Equatable, Sendable {
  private var values: [String: UInt64] = [:]

  init(_ parameters: [WorkloadParameter]) {
    for parameter in parameters { values[parameter.name] = parameter.value }
  }

  /// The value of a parameter that the workload has.
  subscript(name: String) -> UInt64 {
    get { values[name]! }
    set { values[name] = newValue }
  }

  /// The same as a plain number.
  func int(_ name: String) -> Int { Int(self[name]) }
}

/// A request that cannot be run. Its description is one line.
public struct LabError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, and what was expected.
  public let description: String

  /// An error of one line.
  public init(_ description: String) { self.description = description }
}
