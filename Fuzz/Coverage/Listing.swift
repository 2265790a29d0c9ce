// SPDX-License-Identifier: GPL-2.0-only

/// The text that lists what was not reached, and what is wrong with the reasons for it.
struct Listing {
  private(set) var text = ""
  private(set) var problems: [String] = []

  /// `source` gives a line of a file, counted from 1.
  init(_ survey: Survey, _ reasons: Reasons, source: (String, Int) -> String) {
    let unreached = survey.unreached
    for (function, regions) in unreached {
      text += "\(function.file): \(function.name)\n"
      for region in regions {
        let line = source(region.file, Int(region.firstLine))
        text += "  \(lines(of: region)): \(line)\n"
      }
      let reason = reasons.byFunction[function]
      text += "  reason: \(reason ?? "none given")\n"
      if reason == nil {
        problems.append("\(function.file): \(function.name): not reached, and no reason is given")
      }
    }
    let found = Set(unreached.map(\.function))
    for function in reasons.byFunction.keys.filter({ !found.contains($0) }).sorted() {
      problems.append(
        "\(function.file): \(function.name): a reason is given, but nothing in it is unreached")
    }
    for function in reasons.repeated {
      problems.append("\(function.file): \(function.name): more than one reason is given")
    }
  }

  private func lines(of region: Region) -> String {
    region.firstLine == region.lastLine
      ? "\(region.firstLine)" : "\(region.firstLine)-\(region.lastLine)"
  }
}
