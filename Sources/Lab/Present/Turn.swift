// SPDX-License-Identifier: GPL-2.0-only

/// Where along a parameter one series comes to cost less than another.
public struct Turn: Equatable, Sendable {
  /// The sentence that says it.
  public let text: String
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
      meters.filter(\.isRanked).flatMap { meter in
        series.indices.flatMap { first in
          series.indices.dropFirst(first + 1).flatMap { second -> [Turn] in
            let (one, other) = (series[first], series[second])
            let isNear =
              one.cells[0].policy == other.cells[0].policy
              || one.cells[0].mode == other.cells[0].mode
            return isNear ? turns(one, other, meter, place) : []
          }
        }
      }
    }
  }

  private func turns(
    _ one: Series, _ other: Series, _ meter: LabMeter, _ place: String
  ) -> [Turn] {
    var turns: [Turn] = []
    /// Where they last differed: which was less.
    var last: (value: UInt64, oneIsLess: Bool)?
    for (left, right) in zip(one.cells, other.cells) {
      guard left.isRanked, right.isRanked, let parameter = left.parameter else { continue }
      let (a, b) = (meter.value(left.counts), meter.value(right.counts))
      if a == b { continue }
      if let last, last.oneIsLess != (a < b) {
        let (winner, loser) = a < b ? (one, other) : (other, one)
        turns.append(
          Turn(
            text: "\(place): \(meter.name): \(winner.name) overtakes \(loser.name) between"
              + " \(parameter.name)=\(last.value) and \(parameter.value)"
              + " (\(min(a, b)) against \(max(a, b)) there)"))
      }
      last = (parameter.value, a < b)
    }
    return turns
  }
}
