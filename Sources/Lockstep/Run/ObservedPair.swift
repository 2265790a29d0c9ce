// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// Two lanes run side by side with everything compared after every request: statuses, and
/// observations with the table words that changed. Slower than ``LockstepRun``, and says where.
final class ObservedPair {
  let left: ObservedLane
  let right: ObservedLane
  private var buffer = LoweredScenario()

  enum Step: Equatable {
    case same
    /// The scenario ends here by its own rules, on both sides.
    case over
    case refused(by: String, reason: String)
    case differs(Divergence.Cause, isLeft: Bool)
  }

  init(_ left: Lane, _ right: Lane) {
    self.left = ObservedLane(left)
    self.right = ObservedLane(right)
  }

  func run(_ request: Request) -> Step {
    switch request {
    case .open(let domain, let dma):
      buffer.lower(Scenario(domain: domain, dma: dma))
      return compare(left.open(buffer.configuration), right.open(buffer.configuration))
    case .operation(let operation):
      buffer.removeAll()
      buffer.append(operation)
      return compare(left.run(buffer.operations), right.run(buffer.operations))
    }
  }

  private func compare(_ one: SubjectStatus, _ other: SubjectStatus) -> Step {
    for (observed, status) in [(left, one), (right, other)] {
      if let misuse = observed.misuse {
        return .differs(.misuse(misuse), isLeft: observed === left)
      }
      if status == .refused {
        return .refused(by: observed.lane.subject.name, reason: observed.lane.refusal)
      }
    }
    guard one == other, left.records.holds(right.records.words) else {
      return .differs(.observations, isLeft: false)
    }
    guard one == .done else { return .over }
    if left.lane.host.state.pointee.arena.used <= Self.fewSlots,
      let pa = firstDifferentWord(left.lane, right.lane)
    {
      return .differs(.word(pa: pa), isLeft: false)
    }
    return .same
  }

  /// Up to so many slots, all words are compared after every request. The observations hold all
  /// changes that a subject told, so only untold ones can come to light later, at the end.
  private static let fewSlots = 32

  /// What stays to be asked when a scenario is over: did the stores tell everything?
  func finish() -> Step {
    for observed in [left, right] {
      if let pa = observed.unexplainedWord() {
        return .differs(.unexplained(pa: pa), isLeft: observed === left)
      }
    }
    if let pa = firstDifferentWord(left.lane, right.lane) {
      return .differs(.word(pa: pa), isLeft: false)
    }
    return .same
  }

  func endScenario() {
    left.endScenario()
    right.endScenario()
  }

  /// Makes the report of a ``Step/differs(_:isLeft:)``.
  func divergence(
    _ cause: Divergence.Cause, isLeft: Bool, request: Request, domain: DomainConfiguration,
    place: ReportPlace
  ) -> Divergence {
    let decoder = PTEDecoder(domain)
    let form = request.resultForm
    let one = Divergence.Side(left, form: form, decoder: decoder)
    let other = Divergence.Side(right, form: form, decoder: decoder)
    var divergence = Divergence(
      cause: cause, file: place.file, line: place.line, scenarioLine: place.scenarioLine,
      operation: place.operation, statement: request.text,
      left: isLeft ? other : one, right: isLeft ? one : other,
      reproduce: Command.diff(place.file, left.lane, right.lane))
    divergence.askForUntoldStores(isLeft ? right : left, isLeft ? left : right)
    return divergence
  }
}

/// Where a report points.
struct ReportPlace {
  var file: String
  var line: Int
  var scenarioLine: Int
  /// nil: the domain.
  var operation: Int?
}
