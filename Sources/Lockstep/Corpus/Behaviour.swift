// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// What a subject did in a scenario, coarsely: a set of features. A feature is an operation's kind
/// with the kind before it, the format, build and gather revision, how the operation ended (errno,
/// zero or not), and the kinds of records that it logged, in order, each with about how often in a
/// row (once, twice, up to 15 times, more).
public struct Behaviour: Equatable, Sendable {
  /// Each feature as a hash of what it is made of.
  public private(set) var features: Set<UInt64> = []

  /// Nothing yet.
  public init() {}

  fileprivate mutating func insert(_ feature: UInt64) { features.insert(feature) }
}

/// Notes the behaviour of one lane in a scenario: an observer of a run, which finds nothing.
final class BehaviourObserver: Oracle {
  let name = OracleName.comparison
  private(set) var behaviour = Behaviour()
  private var context = FeatureHash()
  private var previous: UInt32 = 0

  func begin(_ engine: Engine) -> Judgement {
    behaviour = Behaviour()
    previous = 0
    context = FeatureHash()
    context.add(UInt64(engine.configuration.format))
    context.add(UInt64(engine.configuration.build))
    context.add(UInt64(engine.configuration.gather))
    behaviour.insert(Self.feature(context, engine.lanes[0]))
    return .nothing
  }

  func judge(_ engine: Engine) -> Judgement {
    guard let operation = engine.operation else { return .nothing }
    var hash = context
    hash.add(UInt64(previous))
    hash.add(UInt64(operation.pointee.kind))
    behaviour.insert(Self.feature(hash, engine.lanes[0]))
    previous = operation.pointee.kind
    return .nothing
  }

  private static func feature(_ context: FeatureHash, _ observed: ObservedLane) -> UInt64 {
    var hash = context
    let status = observed.status
    hash.add(UInt64(status.rawValue))
    // A crash leaves records that say nothing.
    guard status == .done || status == .failed else { return hash.value }
    var kind: UInt32 = 0
    var count = 0
    for record in observed.lane.records where !record.isStore {
      if record.rawKind != kind {
        hash.add(run: kind, count)
        (kind, count) = (record.rawKind, 0)
      }
      count += 1
      if let result = ResultRecord(record) { hash.add(result: result.value) }
    }
    hash.add(run: kind, count)
    return hash.value
  }
}

/// FNV-1a, 64 bits, over words.
private struct FeatureHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 }

  mutating func add(run kind: UInt32, _ count: Int) {
    let often: UInt64 = count < 3 ? UInt64(count) : count < 16 ? 3 : 4
    add(UInt64(kind) << 3 | often)
  }

  /// Negative errnos one by one; of other results only whether they are 0.
  mutating func add(result: UInt64) {
    add(ResultRecord.errno(result) == nil ? min(result, 1) : result)
  }
}
