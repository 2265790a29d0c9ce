// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// Prints the canonical trace of what one lane does: an observer of a run, which finds nothing.
public final class Recorder: Oracle {
  public let name = OracleName.trace
  /// What was printed and not yet taken.
  public var output = TextBuffer(capacity: 1 << 16)
  /// Whether stores are printed, as comments.
  private let printsStores: Bool

  /// `printsStores`: each store in its place among the events, as a comment.
  public init(printsStores: Bool = false) { self.printsStores = printsStores }

  public func begin(_ engine: Engine) -> Judgement {
    let observed = engine.lanes[0]
    guard case .open(let domain, let dma) = engine.request else { return .nothing }
    output.appendScenarioStart(version: domain.version)
    output.append(domain)
    let words = observed.observations()
    // What the DMA layer does comes after its line: nothing, an errno, or a crash.
    let layers = Self.layersEnd(words, observed.status)
    let own = UnsafeBufferPointer(rebasing: words.dropLast(layers.count))
    append(own, observed, form: .errno)
    if observed.status == .done || !layers.isEmpty, let dma { output.append(dma) }
    if !layers.isEmpty {
      output.appendRecords(UnsafeBufferPointer(rebasing: layers), form: .errno)
    }
    return .kept
  }

  /// How the DMA layer's set-up ended a domain that had come up; empty where it did not.
  private static func layersEnd(
    _ words: UnsafeBufferPointer<UInt64>, _ status: SubjectStatus
  ) -> Slice<UnsafeBufferPointer<UInt64>> {
    switch status {
    case .crashed: return words.suffix(words.count > 1 ? 1 : 0)
    case .failed:
      guard RecordView(words).contains(where: { $0.kind == .info }) else { return words.suffix(0) }
      return words.suffix(3)
    case .done, .refused: return words.suffix(0)
    }
  }

  public func judge(_ engine: Engine) -> Judgement {
    let observed = engine.lanes[0]
    let request = engine.request
    guard case .operation(let operation) = request else { return .nothing }
    output.append(operation)
    append(observed.observations(), observed, form: request.resultForm)
    return .kept
  }

  private func append(
    _ words: UnsafeBufferPointer<UInt64>, _ observed: ObservedLane, form: ResultForm
  ) {
    guard printsStores, observed.status != .crashed else {
      return output.appendRecords(words, form: form)
    }
    for record in observed.lane.records {
      if let store = StoreRecord(record) {
        append(store, observed)
      } else {
        output.appendRecord(record.words, form: form)
      }
    }
    for record in RecordView(words) where record.kind == .pte {
      output.appendRecord(record.words, form: form)
    }
  }

  private func append(_ store: StoreRecord, _ observed: ObservedLane) {
    let table = observed.tableAddress(of: store.pa)
    let first = (store.pa &- table) / 8
    output.appendStoreComment(
      table: table, first: first, last: first &+ (store.count &- 1), value: store.value,
      stride: store.stride)
  }
}
