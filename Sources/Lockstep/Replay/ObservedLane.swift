// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// A lane whose every request is turned into observations: the subject's records without stores,
/// then one `pte` record for each run of table words that changed.
public final class ObservedLane {
  public let lane: Lane
  private let tables: TableObserver
  let records = RecordBuffer()
  /// The top table and its level, as the subject last told them; nil before initialisation.
  private(set) var top: (pa: UInt64, level: Int)?

  public init(_ lane: Lane) {
    self.lane = lane
    tables = TableObserver(lane)
  }

  deinit { lane.host.logsStores = false }

  /// Opens a domain on empty table memory.
  func open(_ configuration: borrowing iopt_config) -> SubjectStatus {
    top = nil
    let status = observe(lane.open(configuration))
    // A crash in the DMA layer's set-up comes after the domain has shown itself.
    if status == .crashed, configuration.has_dma != 0 { keepInitialisation() }
    return status
  }

  private func keepInitialisation() {
    let log = RecordView(lane.log)
    guard log.contains(where: { $0.kind == UInt32(IOPT_EVENT_INFO.rawValue) }) else { return }
    records.removeAll()
    for record in log where record.kind != UInt32(IOPT_EVENT_STORE.rawValue) {
      records.append(record.words)
    }
    records.appendCrash()
  }

  func run(_ operation: UnsafePointer<iopt_op>) -> SubjectStatus {
    observe(lane.run(operation))
  }

  /// Nothing was run for the request at hand.
  func forgetRecords() { records.removeAll() }

  /// The rule of the ABI that the subject broke in this scenario, if any.
  var misuse: Misuse? { lane.host.state.pointee.misuse }

  /// The address of a live table word that the subject's stores do not explain, or nil.
  func unexplainedWord() -> UInt64? { tables.unexplainedWord() }

  func endScenario() {
    tables.endScenario()
    lane.endScenario()
  }

  private func observe(_ status: SubjectStatus) -> SubjectStatus {
    records.removeAll()
    switch status {
    case .crashed:
      records.appendCrash()
    case .refused:
      break
    case .done, .failed:
      for record in RecordView(lane.log)
      where record.kind != UInt32(IOPT_EVENT_STORE.rawValue) {
        records.append(record.words)
        noteTop(record)
      }
      if status == .done { tables.appendChanges(to: records) }
    }
    return status
  }

  @inline(__always)
  private func noteTop(_ record: RecordView.Record) {
    switch record.kind {
    case UInt32(IOPT_EVENT_TOP.rawValue) where record.words.count == 3:
      top = (record.words[1], Int(truncatingIfNeeded: record.words[2]))
    case UInt32(IOPT_EVENT_INFO.rawValue) where record.words.count == 9:
      top = (record.words[4], Int(truncatingIfNeeded: record.words[5]))
    default:
      break
    }
  }
}
