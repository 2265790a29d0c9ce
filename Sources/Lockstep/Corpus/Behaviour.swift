// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// What a subject did in a scenario, coarsely: a set of features. A feature is an operation's kind
/// with the kind before it, the format, build and gather revision, how the operation ended (errno,
/// zero or not), and the kinds of records that it logged, in order, each with about how often in a
/// row (once, twice, up to 15 times, more).
public struct Behaviour: Equatable, Sendable {
  public private(set) var features: Set<UInt64> = []

  /// Runs the scenario on `lane`, which is left empty.
  init(of scenario: borrowing LoweredScenario, on lane: Lane) {
    defer { lane.endScenario() }
    var context = FeatureHash()
    context.add(UInt64(scenario.configuration.format))
    context.add(UInt64(scenario.configuration.build))
    context.add(UInt64(scenario.configuration.gather))
    let status = lane.open(scenario.configuration)
    features.insert(Self.feature(context, status, lane))
    guard status == .done else { return }
    var previous: UInt32 = 0
    for index in 0..<scenario.count {
      let operation = scenario.operations + index
      let status = lane.run(operation)
      var hash = context
      hash.add(UInt64(previous))
      hash.add(UInt64(operation.pointee.kind))
      features.insert(Self.feature(hash, status, lane))
      guard status == .done else { return }
      previous = operation.pointee.kind
    }
  }

  private static func feature(
    _ context: FeatureHash, _ status: SubjectStatus, _ lane: Lane
  ) -> UInt64 {
    var hash = context
    hash.add(UInt64(status.rawValue))
    // A crash leaves records that say nothing.
    guard status == .done || status == .failed else { return hash.value }
    var kind: UInt32 = 0
    var count = 0
    for record in RecordView(lane.log) {
      if record.kind != kind {
        hash.add(run: kind, count)
        (kind, count) = (record.kind, 0)
      }
      count += 1
      if kind == UInt32(IOPT_EVENT_RET.rawValue), record.words.count > 1 {
        hash.add(result: record.words[1])
      }
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
    let isErrno = Int64(bitPattern: result) < 0 && Int64(bitPattern: result) >= -4095
    add(isErrno ? result : min(result, 1))
  }
}
