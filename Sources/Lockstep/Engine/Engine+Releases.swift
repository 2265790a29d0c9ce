// SPDX-License-Identifier: GPL-2.0-only

extension Engine {
  /// Counts as what trees are judged that are no release which has a number.
  func tellReleaseNotes() {
    owesReleaseNotes = false
    for subject in lanes.lazy.map(\.lane.subject) {
      guard let note = subject.releaseNote else { continue }
      hot.pointee.tally.releaseNotes[subject.specification.printable] = note
    }
  }
}
