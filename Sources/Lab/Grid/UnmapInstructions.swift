// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import ScenarioLanguage

/// Counts the instructions of the unmap path in the cells of a grid, under valgrind's callgrind. What runs
/// there is the beginning of each cell's run: so many unmaps, and what comes before them.
struct UnmapInstructions {
  /// Unmaps of a cell, where there are so many.
  static let unmaps = 500
  /// Operations of a cell, and pieces of their lists, at most.
  static let work = 100_000

  /// Cells that one process counts: those that differ in their policy alone. Which cells these are must
  /// not depend on how many processes run at a time, so that neither do the counts.
  private struct Group {
    var places: [Int] = []
    var unmaps: [Int] = []
    var file: String
  }

  /// Counts for each cell that has counts. Returns why not, where some could not be counted.
  static func count(_ cells: inout [GridCell], _ runs: [CellRun], threads: Int) throws -> String? {
    guard let callgrind = Callgrind.find() else { return Callgrind.missing }
    defer { callgrind.close() }
    let groups = try groups(cells, runs, callgrind.folder)
    let subject = runs.first?.options.subject ?? "swift"
    let counts = UnsafeMutablePointer<[Int]?>.allocate(capacity: max(groups.count, 1))
    counts.initialize(repeating: nil, count: groups.count)
    defer {
      counts.deinitialize(count: groups.count)
      counts.deallocate()
    }
    let results = Results(counts)
    Workers.run(groups.count, threads: threads) { index in
      let group = groups[index]
      results.counts[index] = callgrind.unmapInstructions(
        file: group.file, scenarios: group.places.count,
        CostsRequest(.unmaps, [subject], file: group.file).words)
    }
    var isWhole = true
    for (index, group) in groups.enumerated() {
      guard let found = counts[index] else {
        isWhole = false
        continue
      }
      for (count, (place, unmaps)) in zip(found, zip(group.places, group.unmaps)) {
        cells[place].counts.unmapInstructions = UInt64(count / unmaps)
      }
    }
    return isWhole ? nil : "\(subject) did not run under valgrind"
  }

  private struct Results: @unchecked Sendable {
    /// Each is written by the one thread that has its number.
    let counts: UnsafeMutablePointer<[Int]?>
    init(_ counts: UnsafeMutablePointer<[Int]?>) { self.counts = counts }
  }

  private static func groups(
    _ cells: [GridCell], _ runs: [CellRun], _ folder: String
  ) throws -> [Group] {
    var groups: [Group] = []
    var first = 0
    while first < cells.count {
      let end = cells[first...].firstIndex { !$0.isBeside(cells[first]) } ?? cells.count
      var group = Group(file: "\(folder)/cells-\(groups.count).iopt")
      var text = TextBuffer(capacity: 1 << 16)
      for place in first..<end where cells[place].isRanked {
        guard let (scenario, count) = try runs[place].beginning(unmaps: unmaps, atMost: work) else {
          continue
        }
        group.places.append(place)
        group.unmaps.append(count)
        text.append(scenario)
      }
      if !group.places.isEmpty {
        var file = try FileOutput(path: group.file)
        try file.append(text.bytes)
        try file.commit()
        groups.append(group)
      }
      first = end
    }
    return groups
  }
}
