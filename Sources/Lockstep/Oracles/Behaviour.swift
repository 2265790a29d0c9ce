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

  /// What ``bytes`` gave; a part of a feature at the end is left out.
  init(bytes: [UInt8]) {
    for start in stride(from: 0, through: bytes.count - 8, by: 8) {
      features.insert(bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
    }
  }

  /// For another process: eight a feature.
  var bytes: [UInt8] {
    features.flatMap { feature in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: feature >> $0) }
    }
  }

  fileprivate mutating func insert(_ feature: UInt64) { features.insert(feature) }
}

/// Notes the behaviour of an engine's last lane in a scenario: an observer of a run, which finds
/// nothing.
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
    behaviour.insert(Self.feature(context, engine.lanes.last!))
    return .nothing
  }

  func judge(_ engine: Engine) -> Judgement {
    guard let operation = engine.operation else { return .nothing }
    var hash = context
    hash.add(UInt64(previous))
    hash.add(UInt64(operation.pointee.kind))
    behaviour.insert(Self.feature(hash, engine.lanes.last!))
    previous = operation.pointee.kind
    return .nothing
  }

  private static func feature(_ context: FeatureHash, _ observed: ObservedLane) -> UInt64 {
    var hash = context
    hash.add(answerOf: observed)
    return hash.value
  }
}

/// FNV-1a, 64 bits, over words.
struct FeatureHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// How an operation ended, and what was logged, coarsely.
  mutating func add(answerOf observed: ObservedLane) {
    let status = observed.status
    add(UInt64(status.rawValue))
    // A crash leaves records that say nothing.
    guard status == .done || status == .failed else { return }
    var kind: UInt32 = 0
    var count = 0
    for record in observed.lane.records where !record.isStore {
      if record.rawKind != kind {
        add(run: kind, count)
        (kind, count) = (record.rawKind, 0)
      }
      count += 1
      if let result = ResultRecord(record) { add(result: result.value) }
    }
    add(run: kind, count)
  }

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
