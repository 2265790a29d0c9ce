// SPDX-License-Identifier: GPL-2.0-only

/// Where along a parameter one series comes to cost less than another, or to cost the same.
public struct Turn: Equatable, Sendable {
  /// The sentence that says it.
  public let text: String
  /// It lies between these two of the parameter's values, by their number.
  public let between: Range<Int>
}

extension GridReport {
  /// Cells along the parameter that differ in its value alone.
  struct Series {
    var name: String
    var cells: [GridCell]
  }

  /// The series of each workload and driver.
  var series: [(place: String, series: [Series])] {
    var result: [(place: String, series: [Series])] = []
    for cell in cells {
      let place = "\(cell.workload) behind \(cell.driver.name)"
      let name = "\(cell.policy.name) \(cell.mode)"
      if result.last?.place != place { result.append((place, [])) }
      let last = result.count - 1
      if let index = result[last].series.firstIndex(where: { $0.name == name }) {
        result[last].series[index].cells.append(cell)
      } else {
        result[last].series.append(Series(name: name, cells: [cell]))
      }
    }
    return result
  }

  /// Every turn, of each meter, between policies in one mode and modes of one policy.
  public var turns: [Turn] {
    series.flatMap { place, series in
      meters.filter(\.isRanked).flatMap { turns(series, $0, place) }
    }
  }

  /// The turns of one meter between series of one place.
  func turns(_ series: [Series], _ meter: LabMeter, _ place: String) -> [Turn] {
    series.indices.flatMap { first in
      series.indices.dropFirst(first + 1).flatMap { second -> [Turn] in
        let (one, other) = (series[first], series[second])
        let isNear =
          one.cells[0].policy == other.cells[0].policy || one.cells[0].mode == other.cells[0].mode
        return isNear ? turns(one, other, meter, place) : []
      }
    }
  }

  /// Where both cost the same for a while amid what differs is no turn.
  private func turns(
    _ one: Series, _ other: Series, _ meter: LabMeter, _ place: String
  ) -> [Turn] {
    let points: [Point] = zip(one.cells, other.cells).enumerated().compactMap { index, cells in
      guard cells.0.isRanked, cells.1.isRanked, let parameter = cells.0.parameter else {
        return nil
      }
      return Point(
        index: index, parameter: "\(parameter.name)=", value: parameter.value,
        one: meter.value(cells.0.counts), other: meter.value(cells.1.counts))
    }
    guard let last = points.lastIndex(where: { $0.one != $0.other }) else { return [] }
    var turns: [Turn] = []
    var before: Point?
    for point in points[...last] {
      if point.one == point.other, before.map({ $0.one != $0.other }) ?? false { continue }
      if let before, point.sign != before.sign {
        let (winner, loser) = point.sign < 0 ? (one.name, other.name) : (other.name, one.name)
        let verb = before.sign == 0 ? "comes to cost less than" : "overtakes"
        turns.append(
          Turn(
            text: "\(place): \(meter.name): \(winner) \(verb) \(loser) \(point.since(before))"
              + " (\(min(point.one, point.other)) against \(max(point.one, point.other)) there)",
            between: before.index..<point.index))
      }
      before = point
    }
    if last + 1 < points.count {
      let (point, before) = (points[last + 1], points[last])
      turns.append(
        Turn(
          text: "\(place): \(meter.name): \(one.name) and \(other.name) come to cost the same"
            + " \(point.since(before)) (\(point.one) there)",
          between: before.index..<point.index))
    }
    return turns
  }

  /// What two series cost at one value.
  private struct Point {
    var index: Int
    var parameter: String
    var value: UInt64
    var one: UInt64
    var other: UInt64
    var sign: Int { one < other ? -1 : one > other ? 1 : 0 }
    func since(_ before: Point) -> String {
      "between \(parameter)\(before.value) and \(value)"
    }
  }
}
