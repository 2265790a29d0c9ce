// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

// A refusal is no verdict: it is counted, with its reason. What a subject states that it can do it
// should not refuse, though. The harness says so of a plug-in. With the two subjects that are part of
// this program it finds fault, whatever they state: a comparison with one that refuses would pass for
// agreement.

extension Engine {
  /// Ends a scenario in which a lane refused the request at hand.
  func takeRefusal() {
    for (number, observed) in lanes.enumerated() where observed.status == .refused {
      let broken = observed.misuseOfRefusal.map { misuse(observed, $0) }
      guard let fault = broken ?? refusalFault(observed, lane: number) else { continue }
      return report(.abi, fault)
    }
    guard let observed = lanes.first(where: { $0.status == .refused }) else { return }
    hot.pointee.state = .refused
    hot.pointee.wasRefused = true
    hot.pointee.tally.refused += 1
    RunTally.count(reason(observed), in: &hot.pointee.tally.refusals)
    // What was judged of it does not make the run one in which something was.
    hot.pointee.tally.judgements = min(
      hot.pointee.tally.judgements, hot.pointee.judgementsBefore)
  }

  /// A built-in subject that refused what it must be able to do; nil for all else.
  private func refusalFault(
    _ observed: ObservedLane, lane: Int, lookup: UInt64? = nil
  ) -> Fault? {
    guard observed.lane.subject.isBuiltIn, states(observed.lane) || lookup != nil else {
      return nil
    }
    var fault = Fault(
      lookup == nil ? "refusal" : "lookup: refusal",
      .refusal(
        subject: observed.lane.label, reason: observed.lane.refusal, lookup: lookup), lane: lane)
    fault.oracle = .abi
    return fault
  }

  private func reason(_ observed: ObservedLane) -> String {
    let isStated = observed.lane.subject.table.statesCapabilities && states(observed.lane)
    let within = isStated ? ", within what it states" : ""
    return "\(observed.lane.label) refuses\(within): \(observed.lane.refusal)"
  }

  /// Whether the request at hand is within what a subject states that it can do, or of a built-in
  /// subject within the language, whatever it states.
  private func states(_ lane: Lane) -> Bool {
    let capabilities = lane.demanded
    guard let operation else {
      return lane.capabilities.unseen(in: configuration) == nil
        && capabilities.firstUnmet(domain, DMAConfiguration(configuration)) == nil
    }
    let hasLayer = configuration.has_dma != 0
    return capabilities.meet(.operation(operation.pointee.kind))
      && capabilities.meet(.protection(Protection(rawValue: operation.pointee.prot)))
      && operation.pointee.attrs & ~capabilities.attributes == 0
      && (operation.pointee.has_limit == 0 || capabilities.options.contains(.limit))
      && (hasLayer || !Operation(operation.pointee).needsDMA)
  }

  // MARK: What oracles ask for

  /// A subject refused the lookup of a byte that an oracle asked for. Counted; found with a built-in
  /// subject.
  func takeRefusedLookup(_ iova: UInt64, _ observed: ObservedLane, lane: Int) -> Fault? {
    if let fault = refusalFault(observed, lane: lane, lookup: iova) { return fault }
    hot.pointee.tally.unanswered[
      "\(observed.lane.label) refuses: \(observed.lane.refusal)", default: 0] += 1
    return nil
  }

  // MARK: Modes

  /// The modes that the request at hand can hang on.
  func modes(atEnd: Bool) -> Modes {
    if atEnd { return hot.pointee.modes.atEnd }
    guard let operation else { return hot.pointee.modes.whenOpened }
    return hot.pointee.modes.modes(at: operation.pointee)
  }

  /// Takes in that an operation may have changed a mode.
  @inline(never)
  func noteModes(_ operation: UnsafePointer<iopt_op>) {
    let result = lanes[0].lane.records.lazy.compactMap(ResultRecord.init).first { _ in true }
    hot.pointee.modes.note(operation.pointee, result: result?.value)
  }
}
