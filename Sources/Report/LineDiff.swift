// SPDX-License-Identifier: GPL-2.0-only

/// Two lists of lines as one list of edits.
struct LineDiff {
  enum Mark: String {
    case same = "  "
    case left = "- "
    case right = "+ "
    case gap = "… "
  }

  private(set) var edits: [(mark: Mark, line: ReportLine)] = []

  /// Longer lists are told apart by their common front and back only.
  private static let longestCompared = 400
  /// Lines of one side that are shown in a row.
  private static let longestRun = 20

  init(_ left: [ReportLine], _ right: [ReportLine], context: Int = 3) {
    let front = zip(left, right).prefix { $0.text == $1.text }.count
    let back = zip(left.dropFirst(front).reversed(), right.dropFirst(front).reversed())
      .prefix { $0.text == $1.text }.count
    append(left[..<front].suffix(context), skipped: front - min(front, context))
    appendMiddle(
      Array(left[front..<left.count - back]), Array(right[front..<right.count - back]))
    append(left.suffix(back).prefix(context), skipped: 0)
    appendGap(back - min(back, context))
    shorten(context: context)
  }

  /// Leaves the middle out of long stretches that are alike, and the end of long ones that are not.
  private mutating func shorten(context: Int) {
    var rest = edits[...]
    var shortened: [(mark: Mark, line: ReportLine)] = []
    while let mark = rest.first?.mark {
      let run = rest.prefix { $0.mark == mark }
      rest = rest.dropFirst(run.count)
      let head = mark == .same ? context : Self.longestRun
      let tail = mark == .same ? context : 0
      guard mark != .gap, run.count > head + tail + 1 else {
        shortened += run
        continue
      }
      let left = run.count - head - tail
      shortened += run.prefix(head)
      shortened.append(
        mark == .same
          ? (.gap, Self.gap(left)) : (mark, ReportLine(text: "… and \(left) lines more")))
      shortened += run.suffix(tail)
    }
    edits = shortened
  }

  private mutating func append(_ lines: ArraySlice<ReportLine>, skipped: Int) {
    appendGap(skipped)
    for line in lines { edits.append((.same, line)) }
  }

  private mutating func appendGap(_ skipped: Int) {
    if skipped > 0 {
      edits.append((.gap, Self.gap(skipped)))
    }
  }

  private mutating func appendMiddle(_ left: [ReportLine], _ right: [ReportLine]) {
    guard left.count + right.count <= Self.longestCompared else {
      edits += left.map { (.left, $0) } + right.map { (.right, $0) }
      return
    }
    let difference = right.map(\.text).difference(from: left.map(\.text))
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var (old, new) = (0, 0)
    while old < left.count || new < right.count {
      if removed.contains(old) {
        edits.append((.left, left[old]))
        old += 1
      } else if inserted.contains(new) {
        edits.append((.right, right[new]))
        new += 1
      } else {
        edits.append((.same, right[new]))
        old += 1
        new += 1
      }
    }
  }

  private static func gap(_ count: Int) -> ReportLine {
    let what = count == 1 ? "line that is" : "lines that are"
    return ReportLine(text: "\(count) \(what) the same")
  }
}
