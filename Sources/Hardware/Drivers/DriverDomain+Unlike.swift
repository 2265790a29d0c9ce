// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension [DriverDomain] {
  /// Why none of these asks for such a domain in a release, by what it is unlike the nearest of them;
  /// nil where one does. Page sizes may be fewer, and features of `open` come after it is made.
  func unlike(
    _ domain: DomainConfiguration, in release: Kernel, with feature: Features = [],
    later open: Features = []
  ) -> String? {
    let asked = filter { $0.releases.contains(release) }.flatMap { $0.requests(of: release) }
      .map(\.domain).filter { $0.features.contains(feature) }
    let own = asked.filter { $0.format == domain.format }
    guard !own.isEmpty else {
      let formats = Set(asked.map { "\($0.format.name)" }).sorted().joined(separator: " or ")
      return "its tables are \(formats)"
    }
    let all = own.map { domain.differences(from: $0, later: open) }
    let nearest = all.min { $0.count < $1.count }!
    return nearest.isEmpty ? nil : "it asks for \(nearest.joined(separator: ", "))"
  }
}

extension DomainConfiguration {
  /// What would have to be otherwise to be `asked`, a word each.
  fileprivate func differences(from asked: DomainConfiguration, later open: Features) -> [String] {
    var words: [String] = []
    if va != asked.va { words.append("va=\(asked.va)") }
    if oa != asked.oa { words.append("oa=\(asked.oa)") }
    if top != asked.top { words.append(asked.top.map { "top=\($0)" } ?? "no top") }
    for bit in Features.names.indices {
      let feature = Features(rawValue: 1 << UInt32(bit))
      guard !open.contains(feature), features.contains(feature) != asked.features.contains(feature)
      else { continue }
      words.append("\(asked.features.contains(feature) ? "" : "no ")\(Features.names[bit])")
    }
    return words
  }
}
