// SPDX-License-Identifier: GPL-2.0-only

extension GridReport {
  var sweepPlots: String {
    var text = ""
    for (place, series) in series {
      text += "<h2>\(escaped(place))</h2>\n"
      for meter in plotted { text += plot(place, series, meter) }
    }
    return text
  }

  /// The first meter of the first workload and driver along the parameter, as an image of its own; nil
  /// where nothing was swept.
  public var svg: String? {
    guard cells.contains(where: { $0.parameter != nil }), let first = series.first,
      let meter = meters.first
    else { return nil }
    return plot(first.place, first.series, meter)
  }

  /// One meter along the parameter, a line a series; the values are evenly apart. Where the answer
  /// turns is dotted.
  func plot(_ place: String, _ series: [Series], _ meter: LabMeter) -> String {
    let all = series.flatMap(\.cells).filter(\.isRanked)
    let most = max(all.map { meter.value($0.counts) }.max() ?? 1, 1)
    let count = series.map(\.cells.count).max() ?? 1
    let step = 560 / max(count - 1, 1)
    let name = series.first?.cells.first?.parameter?.name ?? ""
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"300\" role=\"img\">"
      + "<title>\(meter.name)</title>\n"
      + label(
        0, 14, "\(meter.name) (\(meter.unit)), up to \(most), along \(name)", "font-weight=\"bold\""
      )
      + "<path d=\"M 60 30 V 250 H 640\" fill=\"none\" stroke=\"#444\"/>\n"
    for (index, cell) in (series.first?.cells ?? []).enumerated() {
      text += label(
        60 + index * step, 266, "\(cell.parameter?.value ?? 0)", "text-anchor=\"middle\"")
    }
    for (between, turns) in turnsByPlace(place, series, meter) {
      let x = 60 + (between.lowerBound + between.upperBound) * step / 2
      text +=
        "<path d=\"M \(x) 30 V 250\" fill=\"none\" stroke=\"#999\" stroke-dasharray=\"2 4\">"
        + "<title>\(escaped(turns.map(\.text).joined(separator: "\n")))</title></path>\n"
    }
    for (number, one) in series.enumerated() {
      let colour = Self.colours[number % Self.colours.count]
      let dash = number / Self.colours.count == 0 ? "" : " stroke-dasharray=\"5 3\""
      let points = one.cells.enumerated().filter(\.element.isRanked).map { index, cell in
        let y = 250 - Int(Double(meter.value(cell.counts)) / Double(most) * 215)
        return "\(60 + index * step),\(y)"
      }
      text +=
        "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour)\""
        + " stroke-width=\"2\"\(dash)/>\n"
        + label(660, 40 + number * 16, one.name, "fill=\"\(colour)\"")
    }
    return text + "</svg>\n"
  }

  /// A meter's turns, those together that lie between the same two values.
  private func turnsByPlace(
    _ place: String, _ series: [Series], _ meter: LabMeter
  ) -> [(between: Range<Int>, turns: [Turn])] {
    guard meter.isRanked else { return [] }
    var result: [(between: Range<Int>, turns: [Turn])] = []
    for turn in turns(series, meter, place) {
      if let index = result.firstIndex(where: { $0.between == turn.between }) {
        result[index].turns.append(turn)
      } else {
        result.append((turn.between, [turn]))
      }
    }
    return result
  }

  func label(_ x: Int, _ y: Int, _ text: String, _ more: String) -> String {
    "<text x=\"\(x)\" y=\"\(y)\" font-size=\"11\" font-family=\"sans-serif\" \(more)>\(escaped(text))</text>\n"
  }

  func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
