// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// Opens a domain with everything that the kernel's drivers can ask a format for: is any hardware left
/// without paging domains?
public final class DriverConfigurationSweep {
  /// Where a sweep stands, in memory that outlives the process that sweeps.
  public final class Position {
    fileprivate struct State: BitwiseCopyable {
      var requests = 0
      var findings = 0
      var isTried = false
    }

    fileprivate let state = SharedMemory(State())

    /// The beginning.
    public init() {}

    /// What was asked for so far.
    public var requests: Int { state.pointer.pointee.requests }
    /// What could not be opened, or broke a rule of the subject ABI, or ended its process.
    public var findings: Int { state.pointer.pointee.findings }

    /// Counts what was tried when its process was lost; whether anything was.
    public func pass() -> Bool {
      guard state.pointer.pointee.isTried else { return false }
      state.pointer.pointee.isTried = false
      state.pointer.pointee.findings += 1
      return true
    }
  }

  /// Given the text of each finding, with line ends.
  public var onFinding: (String) -> Void = { _ in }
  /// Given what is asked for next.
  public var onRequest: (DriverRequest) -> Void = { _ in }

  private let engine: Engine
  private let position: Position

  /// Sweeps the one subject of an engine, which needs no oracles; with a position that a lost process
  /// left, it goes on from there.
  public init(_ engine: Engine, from position: Position = Position()) {
    self.engine = engine
    self.position = position
  }

  /// What a subject is asked for, in this order: by the drivers of every release that it states, those
  /// of 7.1 or the newest when it states none.
  static func requests(_ capabilities: Capabilities) -> [DriverRequest] {
    let stated = Kernel.allCases.filter { capabilities.kernels >> $0.rawValue & 1 == 1 }
    let usual: Kernel = capabilities.features.contains(.detailedGather) ? .linux7_3 : .linux7_1
    return (stated.isEmpty ? [usual] : stated).flatMap(DriverRequest.all)
  }

  /// Tries everything that was not tried yet.
  public func run() {
    let lane = engine.lanes[0].lane
    for request in Self.requests(lane.capabilities).dropFirst(position.requests) {
      position.state.pointer.pointee.requests += 1
      position.state.pointer.pointee.isTried = true
      onRequest(request)
      let before = engine.tally.unopened
      let finding = engine.run(Scenario(domain: request.domain), file: request.name)
      position.state.pointer.pointee.isTried = false
      let failure = engine.tally.unopened.first { before[$0.key] != $0.value }?.key
      let what =
        failure.map { "initialisation fails with \(Errno.text($0.errno))" }
        ?? finding?.signature.description
      guard let what else { continue }
      position.state.pointer.pointee.findings += 1
      onFinding(request.text(lane.label, what))
    }
  }
}

extension DriverRequest {
  /// A finding in words: what `subject` does when it is asked for this.
  public func text(_ subject: String, _ what: String) -> String {
    let line = Scenario(domain: domain).text.split(separator: "\n").last ?? ""
    return "\(name): \(subject): \(what)\n    \(line)\n  asked for by \(place)\n"
  }
}
