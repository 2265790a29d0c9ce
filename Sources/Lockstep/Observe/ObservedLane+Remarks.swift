// SPDX-License-Identifier: GPL-2.0-only
import Log

extension ObservedLane {
  /// What the subject noted in the last request, in its order.
  var remarks: [Finding.Remark] {
    lane.notes.map { Finding.Remark(subject: lane.label, text: $0.text) }
  }

  /// The same by the number of the observation that it is on: of a crash, which has no record, what came
  /// last.
  func remarks(beside observations: [UInt64]) -> [Int: String] {
    let lines = lane.notes
    guard let last = lines.last else { return [:] }
    if status == .crashed {
      let count = observations.withUnsafeBufferPointer {
        RecordView($0).reduce(0) { n, _ in n + 1 }
      }
      return [count - 1: last.text]
    }
    var result: [Int: String] = [:]
    var (place, number) = (0, 0)
    for record in RecordView(log) {
      if let line = lines.first(where: { $0.place == place }) { result[number] = line.text }
      place += record.words.count
      if !record.isStore { number += 1 }
    }
    return result
  }
}
