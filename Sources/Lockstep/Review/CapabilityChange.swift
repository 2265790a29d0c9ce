// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What two versions of some code say that they can do, the newer against the older. What only one
/// can do shows in no comparison: scenarios are fitted to what both can.
public struct CapabilityChange: Sendable {
  /// What the newer one cannot do any more, as a side is said to lack it.
  public var lost: [String] = []
  /// What the older one could not.
  public var gained: [String] = []
  /// What tells the two apart and is no change by itself, a sentence each.
  public var notes: [String] = []

  /// How many changes these are.
  public var count: Int { lost.count + gained.count }

  /// Nothing that is known.
  public init() {}

  /// What `base` and `head` state, which reports call so.
  public init(base: Narrowing.Party, head: Narrowing.Party) {
    let (before, after) = (base.capabilities, head.capabilities)
    lost = before.beyond(after)
    gained = after.beyond(before)
    takeReleases(base, head)
    for (party, other) in [(base, after), (head, before)] {
      let choices = party.capabilities.choicesBeyond(other)
      if !choices.isEmpty {
        notes.append("only \(party.name) has the bench's own \(choices.joined(separator: ", "))")
      }
    }
  }

  /// A kernel tree is one release and runs what is meant for any; a choice of release is no change of
  /// what there is.
  private mutating func takeReleases(_ base: Narrowing.Party, _ head: Narrowing.Party) {
    let (before, after) = (base.capabilities.releases, head.capabilities.releases)
    let isChosen = base.capabilities.kernels == .max || head.capabilities.kernels == .max
    guard before != after, !isChosen else { return }
    if base.capabilities.runsAnyRelease || head.capabilities.runsAnyRelease {
      notes += [(base.name, before), (head.name, after)].map { name, releases in
        "\(name) is " + (releases.isEmpty ? "of no release known here" : Self.words(releases))
      }
    } else {
      lost += before.filter { !after.contains($0) }.map { Need.kernel($0).description }
      gained += after.filter { !before.contains($0) }.map { Need.kernel($0).description }
    }
  }

  private static func words(_ releases: [Kernel]) -> String {
    "Linux " + releases.map { "\($0.name)" }.joined(separator: ", ")
  }
}
