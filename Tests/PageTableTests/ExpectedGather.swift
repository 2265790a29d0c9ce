// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI

/// A gather as its documentation has it: what it holds, and when it is synced on the way.
struct ExpectedGather {
  let features: Features
  let revision: GatherRevision
  var isQueued: Bool
  private(set) var start = UInt64.max
  private(set) var last: UInt64 = 0
  /// Tables to be freed, in order.
  private(set) var tables: [UInt64] = []

  init(_ features: Features, _ revision: GatherRevision, isQueued: Bool) {
    self.features = features
    self.revision = revision
    self.isQueued = isQueued
  }

  private typealias Record = Response.Record

  /// A range was unmapped and gave up `freed`. Returns the driver's calls on the way.
  mutating func take(_ iova: UInt64, _ length: UInt64, freeing freed: [UInt64]) -> [Response.Record]
  {
    var records: [Record] = []
    var isAdded = true
    if isQueued, revision == .merged || revision == .proposed {
      isAdded = false
    } else if features.contains(.flushRangeNoGaps), isDisjoint(iova, length) {
      records = sync()
      isAdded = revision == .alwaysAdd || revision == .merged
    } else if revision == .original || revision == .proposed {
      isAdded = features.contains(.flushRange)
    }
    if isAdded { add(iova, length) }
    // What came last is freed first.
    tables = freed + tables
    return records
  }

  /// A range joins what is there, whatever the features, the revision and the queue.
  mutating func add(_ iova: UInt64, _ length: UInt64) {
    start = min(start, iova)
    last = max(last, iova + length - 1)
  }

  private func isDisjoint(_ iova: UInt64, _ length: UInt64) -> Bool {
    last != 0 && (iova > last + 1 || iova + length < start)
  }

  /// The driver is called when there is a range, frees the tables, and all is as new.
  mutating func sync() -> [Response.Record] {
    let sync = Record(kind: .sync, arguments: [start, last] + tables)
    let records = start < last ? [sync] + Self.free(tables) : []
    self = ExpectedGather(features, revision, isQueued: false)
    return records
  }

  /// As a flush queue ends: everything is invalidated, the tables go, the queue stays.
  mutating func flush() -> [Response.Record] {
    let records = [Record(kind: .flushAll, arguments: [])] + Self.free(tables)
    self = ExpectedGather(features, revision, isQueued: isQueued)
    return records
  }

  private static func free(_ tables: [UInt64]) -> [Response.Record] {
    tables.map { Record(kind: .free, arguments: [$0]) }
  }

  /// The record that tells the state of gather `number`.
  func state(_ number: UInt64) -> Response.Record {
    Record(
      kind: .gather, arguments: [number, start, last, isQueued ? 1 : 0] + tables)
  }
}
