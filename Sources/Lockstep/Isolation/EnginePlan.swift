// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// An engine that is made later, in the process that runs the subjects.
public struct EnginePlan {
  /// The lanes' subjects, none of which was loaded.
  public let requests: [LaneRequest]
  let make: ([Lane]) -> Engine
  /// What the engine has printed since the last call, for runs whose purpose is text.
  let takeText: ((Engine) -> [UInt8])?

  /// `make` makes the engine on lanes for `requests`.
  public init(_ requests: [LaneRequest], make: @escaping ([Lane]) -> Engine) {
    self.requests = requests
    self.make = make
    takeText = nil
  }

  /// Records what one subject does.
  public init(recording request: LaneRequest, printsStores: Bool) {
    requests = [request]
    make = { Engine($0, [Recorder(printsStores: printsStores)]) }
    takeText = { engine in
      guard let recorder = engine.oracles.first as? Recorder else { return [] }
      defer { recorder.output.removeAll() }
      return Array(recorder.output.bytes)
    }
  }

  /// Judges as `choice`, and notes what the last lane does (``ScenarioJudge/behaviour``).
  public init(_ requests: [LaneRequest], observing choice: OracleChoice) {
    self.requests = requests
    make = { choice.engine($0, beside: [BehaviourObserver()]) }
    takeText = { $0.behaviour.bytes }
  }

  /// What reports call the lanes.
  public var labels: [String] { requests.map(\.label.printable) }

  /// The engine in this process, for subjects that are trusted and for a debugger.
  public func engine() throws(SubjectError) -> Engine {
    var lanes: [Lane] = []
    for request in requests { lanes.append(try request.load().lane()) }
    return make(lanes)
  }
}

/// What judges scenarios and counts, in this process or in others.
public protocol Judging: AnyObject {
  /// What reports call its lanes.
  var labels: [String] { get }
  /// What was run so far.
  var tally: RunTally { get }
  /// What was seen that is known and allowed, by name, and how often.
  var departures: [(name: String, count: Int)] { get }
  /// What was counted behind drivers.
  var costs: [DriverCosts] { get }
  /// Told when a finding is made, with it.
  var onFinding: (Finding) -> Void { get set }
}

/// What judges one scenario after the other.
public protocol ScenarioJudge: Judging {
  /// What every lane's subject can do.
  var capabilities: [Capabilities] { get }
  /// Processes of subjects that were lost.
  var losses: LossCount { get }
  /// What the last lane did in the scenario that was judged last, where the plan has it noted; nothing
  /// of one that ended its process.
  var behaviour: Behaviour { get }
  /// Runs one scenario from empty memory; `file` stands for it in findings.
  func judge(_ scenario: Scenario, file: String) throws(IsolationError) -> Finding?
}

extension ScenarioJudge {
  /// Nothing is noted.
  public var behaviour: Behaviour { Behaviour() }
}

extension Engine: ScenarioJudge {
  public var labels: [String] { lanes.map(\.lane.label) }
  public var capabilities: [Capabilities] { lanes.map(\.lane.demanded) }
  public var losses: LossCount { LossCount() }
  public var behaviour: Behaviour {
    oracles.lazy.compactMap { ($0 as? BehaviourObserver)?.behaviour }.first ?? Behaviour()
  }
  public func judge(_ scenario: Scenario, file: String) -> Finding? { run(scenario, file: file) }
}

/// Why subjects cannot be run in a process of their own. Its description is one line.
public enum IsolationError: Error, CustomStringConvertible {
  case subject(SubjectError)
  case process(ProcessError)

  public var description: String {
    switch self {
    case .subject(let error): error.description
    case .process(let error): error.description
    }
  }
}

extension Narrowing {
  /// Fits scenarios to what the subjects of `judge` can do.
  public init(_ judge: any ScenarioJudge) {
    self.init(
      zip(judge.labels, judge.capabilities).map { Party(name: $0, capabilities: $1) })
  }
}
