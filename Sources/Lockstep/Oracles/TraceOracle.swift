// SPDX-License-Identifier: GPL-2.0-only
import Log

/// Holds one lane against the observations that a trace recorded.
public final class TraceOracle: Oracle {
  public let name = OracleName.trace

  /// An oracle for one engine.
  public init() {}

  public func begin(_ engine: Engine) -> Judgement { judge(engine) }

  public func judge(_ engine: Engine) -> Judgement {
    let found = engine.lanes[0].observations()
    let isSame = engine.expected.withUnsafeBufferPointer { expected in
      RecordBuffer.equal(expected, found)
    }
    return isSame ? .kept : .found(fault(engine, engine.side(engine.lanes[0])))
  }

  /// What follows the end is neither run nor recorded.
  public func judgeAfterTheEnd(_ engine: Engine) -> Judgement {
    guard !engine.expected.isEmpty else { return .nothing }
    let nothing = Finding.Side(
      name: engine.lanes[0].lane.label, words: [], form: engine.request.resultForm)
    return .found(fault(engine, nothing))
  }

  private func fault(_ engine: Engine, _ right: Finding.Side) -> Fault {
    var left = Finding.Side(
      name: "recorded", words: engine.expected, form: engine.request.resultForm)
    left.annotate(like: engine.lanes[0], engine.domain)
    let difference = RecordDifference(left.words, right.words)?.signature(left.form) ?? "status"
    return Fault(difference, .observations(left: left, right: right))
  }
}
