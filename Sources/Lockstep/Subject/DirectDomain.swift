// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// One open domain of one subject, driven an operation at a time: for suites and sweeps that ask
/// for results and table words themselves.
public final class DirectDomain {
  /// How opening ended when it did not succeed.
  public struct OpenFailure: Error, Equatable {
    /// Refused, failed or crashed.
    public var status: SubjectStatus
    /// The errno, positive, when initialisation failed with one.
    public var errno: Int32?
  }

  public let configuration: DomainConfiguration
  /// What the subject reported when it was opened.
  public let info: DomainInfo
  /// The top table now, and its level; they move when the table grows.
  public private(set) var top: UInt64
  public private(set) var level: Int
  let lane: Lane
  private var buffer = LoweredScenario()

  /// Opens a domain of `subject` on table memory of its own.
  public convenience init(
    _ subject: Subject, _ configuration: DomainConfiguration
  ) throws(OpenFailure) {
    try self.init(Lane(subject), Scenario(domain: configuration))
  }

  /// Opens a scenario's domain, with its DMA layer, on table memory of its own.
  public convenience init(_ subject: Subject, scenario: Scenario) throws(OpenFailure) {
    try self.init(Lane(subject), scenario)
  }

  /// Opens a scenario's domain on a lane that nobody else uses; `failingAllocation` (1: the first)
  /// fails, 0: none does.
  init(
    _ lane: Lane, _ scenario: Scenario, failingAllocation: UInt64 = 0
  ) throws(OpenFailure) {
    configuration = scenario.domain
    self.lane = lane
    lane.endScenario()
    lane.host.state.pointee.allocationsToFailure = failingAllocation
    let status = lane.open(scenario.loweredConfiguration)
    let response = Response(status, lane.records)
    guard status == .done, let info = DomainInfo(lane.records) else {
      lane.endScenario()
      throw OpenFailure(status: status, errno: response.errno)
    }
    self.info = info
    top = info.top
    level = info.level
  }

  deinit { lane.endScenario() }

  /// Runs one operation and returns what the subject answered.
  @discardableResult
  public func run(_ operation: Operation) -> Response {
    buffer.removeAll()
    buffer.append(operation)
    let status = lane.run(buffer.operations)
    let response = Response(status, lane.records)
    for record in response.records where record.kind == .top {
      top = record.arguments[0]
      level = Int(record.arguments[1])
    }
    return response
  }

  /// Tables that are allocated now.
  public var liveTables: Int { lane.liveTables }

  /// Where they start.
  public var liveTableAddresses: [UInt64] {
    lane.host.state.pointee.arena.tables.map(Arena.address(ofSlot:))
  }

  /// Lets the subject free its tables; returns how many are left, nil without a teardown.
  public func teardown() -> Int? { lane.teardown() }

  /// Whether a table starts at `pa` and is allocated.
  public func isTable(_ pa: UInt64) -> Bool { lane.host.state.pointee.arena.table(at: pa) != nil }

  /// A word of the table that starts at `pa`; nil when none does, or it is shorter.
  public func word(_ index: Int, ofTable pa: UInt64) -> UInt64? {
    guard let words = lane.host.state.pointee.arena.table(at: pa), index < words.count else {
      return nil
    }
    return words[index]
  }
}
