// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension Fatality {
  /// What it takes besides the scenario, where that is something.
  var causeLines: [String] {
    guard isNotAlone else { return [] }
    let alone = "  only for what ran before it in its process: alone it shows nothing"
    let cause = culprit.map { "  it takes the scenario at \($0.text) in front of it" }
    return [alone] + [cause].compactMap(\.self)
  }
}

extension Finding.Place {
  /// Where its scenario begins.
  fileprivate var text: String { "\(file.printable):\(scenarioLine)" }
}

extension Finding {
  /// How a subject ended its process, in words, and where.
  func headline(of fatality: Fatality) -> String {
    let subject = fatality.subject
    let moment = moment(of: fatality)
    return switch fatality.end {
    case .limit(let seconds) where !fatality.isOutside:
      "\(subject) did not return within \(Self.text(seconds)) s \(moment)"
    case .limit(let seconds):
      "\(subject) keeps its process from going on: nothing moved for \(Self.text(seconds)) s \(moment)"
    case .signal: "\(subject) ended its process by \(fatality.endName) \(moment)"
    case .exit: "\(subject) left its process by \(fatality.endName) \(moment)"
    }
  }

  private func moment(of fatality: Fatality) -> String {
    if fatality.isOutside {
      let at = fatality.phase == .load ? "while it was loaded" : "at \(whereabouts)"
      let why = "perhaps for what it wrote to memory of others before"
      let whyStill = ", or for a thread or a signal handler of its own"
      return "\(at), outside of calls: \(why)\(fatality.endName == "time limit" ? whyStill : "")"
    }
    if let call = fatality.call { return "in \(call), which an oracle asked at \(whereabouts)" }
    return switch fatality.phase {
    case .load: "while it was loaded"
    case .open, .operation: "in \(whereabouts)"
    case .refusal: "when asked why it refuses \(whereabouts)"
    case .teardown: "in its teardown at \(whereabouts)"
    case .close: "in its close at \(whereabouts)"
    case .unknown: "when asked for what no version of the ABI has, before \(whereabouts)"
    }
  }

  /// Without a fraction that is none.
  static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() && seconds < 1e9 ? "\(Int(seconds))" : "\(seconds)"
  }
}
