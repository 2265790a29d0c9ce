// SPDX-License-Identifier: GPL-2.0-only
import Log
import SubjectABI

/// Counts what an engine's last lane does in bytes that a fuzzer reads as coverage: what leads it where
/// the code of subjects counts nothing by itself. Finds nothing.
public final class BehaviourCounters: Oracle {
  public let name = OracleName.comparison
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private var context = FeatureHash()
  private var previous: UInt32 = 0

  /// Counts in `bytes`, a power of two of them, which somebody else clears before each scenario.
  public init(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
    precondition(bytes.count.nonzeroBitCount == 1)
    self.bytes = bytes
  }

  public func begin(_ engine: Engine) -> Judgement {
    previous = 0
    context = FeatureHash()
    context.add(UInt64(engine.configuration.format))
    context.add(UInt64(engine.configuration.build))
    var asked = context
    asked.add(UInt64(engine.configuration.features))
    count(asked)
    return .nothing
  }

  public func judge(_ engine: Engine) -> Judgement {
    guard let operation = engine.operation, let observed = engine.lanes.last else {
      return .nothing
    }
    let kind = operation.pointee.kind
    var answer = context
    answer.add(UInt64(previous))
    answer.add(UInt64(kind))
    answer.add(answerOf: observed)
    count(answer)
    previous = kind
    var asked = context
    asked.add(UInt64(kind) << 32 | UInt64(operation.pointee.prot))
    count(asked)
    var stored = context
    stored.add(UInt64(kind) << 32 | UInt64(Self.stores(observed)))
    count(stored)
    return .nothing
  }

  /// How many stores were told, in steps of powers of two.
  private static func stores(_ observed: ObservedLane) -> Int {
    guard observed.status == .done else { return 0 }
    var count = 0
    for record in observed.lane.records where record.isStore { count += 1 }
    return Int.bitWidth - count.leadingZeroBitCount
  }

  private func count(_ feature: FeatureHash) {
    let index = Int(truncatingIfNeeded: feature.value ^ feature.value >> 32) & (bytes.count - 1)
    if bytes[index] < .max { bytes[index] += 1 }
  }
}
