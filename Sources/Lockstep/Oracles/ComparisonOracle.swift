// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// Holds two lanes against each other: statuses, events, the table words that changed, and the state
/// of table memory between any two events; at the end, the tables that are left when both free theirs.
public final class ComparisonOracle: Oracle {
  public let name = OracleName.comparison
  /// Whether two sides that both fail to open a domain have been compared by it.
  private let countsFailures: Bool
  /// Nothing differs: nothing to say.
  public let judgesDifferencesOnly = true

  /// `countsFailures`: for runs that are about initialisation.
  public init(countsFailures: Bool = false) { self.countsFailures = countsFailures }

  public func begin(_ engine: Engine) -> Judgement {
    if engine.logDifference != nil { return .found(fault(engine)) }
    return engine.lanes[0].status == .done || countsFailures ? .kept : .nothing
  }

  @inline(__always)
  public func judge(_ engine: Engine) -> Judgement {
    engine.logDifference == nil ? .kept : .found(fault(engine))
  }

  public func end(_ engine: Engine) -> Judgement { LeftoverTables.judge(engine) }

  /// What is told first: events, then words that differ in the end, then those that differed on
  /// the way.
  private func fault(_ engine: Engine) -> Fault {
    let left = engine.side(engine.lanes[0])
    let right = engine.side(engine.lanes[1])
    if let difference = RecordDifference(left.words, right.words) {
      return Fault(difference.signature(left.form), .observations(left: left, right: right))
    }
    guard let log = engine.logDifference, let event = log.memoryBeforeEvent else {
      return Fault("status", .observations(left: left, right: right))
    }
    let word = Self.eventWord(event, left.words)
    let cleared = log.left == 0 ? ": 0 on the left" : log.right == 0 ? ": 0 on the right" : ""
    return Fault(
      "memory before \(word)\(cleared)",
      .memory(
        MemoryDifference(
          event: event, eventWord: word, pa: log.pa, left: log.left, right: log.right),
        left: left, right: right))
  }

  private static func eventWord(_ index: Int, _ words: [UInt64]) -> String {
    words.withUnsafeBufferPointer { words in
      let record = RecordView(words).dropFirst(index).first { _ in true }
      guard let kind = record?.kind, kind != .pte else { return MemoryDifference.theEnd }
      return "\(kind.word)"
    }
  }
}

extension Engine {
  /// An engine that holds two lanes against each other.
  public static func comparing(_ left: Lane, _ right: Lane) -> Engine {
    Engine([left, right], [ComparisonOracle()])
  }
}
