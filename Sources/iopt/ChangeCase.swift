// SPDX-License-Identifier: GPL-2.0-only
import Export
import Lockstep
import ScenarioLanguage

/// The KUnit case of a kernel change, and whether it tells the code before from the code after it.
struct ChangeCase {
  private let change: KernelChange
  private let isolation: IsolationOptions

  init(_ change: KernelChange, _ isolation: IsolationOptions) {
    self.change = change
    self.isolation = isolation
  }

  /// The change's scenario, under the change's name.
  static func source(_ change: KernelChange) throws(ScenarioError) -> SourceScenario {
    try SourceScenario.all(bytes: Array(change.text.utf8), name: change.name)[0]
  }

  /// A sentence for the change's section.
  func told(_ sides: KernelChange.Sides) throws -> String {
    let newer: String
    do {
      newer = try text(sides.newer)
    } catch let refusal as KUnitRefusal {
      return "KUnit does not see it: \(refusal.reason)."
    }
    // Refused before and not after is a difference as well.
    if let older = try? text(sides.older), older == newer {
      return "KUnit does not see it: a case is the same before and after."
    }
    return "KUnit: `iopt export kunit --change \(change.name)` writes a case that fails before and"
      + " passes after."
  }

  private func text(_ subject: String) throws -> String {
    var source = try Self.source(change)
    if let refusal = source.refusal { throw refusal }
    // As KUnit's own configuration has it.
    source.scenario.domain.build = .debug
    let observer = try ScenarioObserver(subject, isolation)
    var suite = KUnitSuite(name: change.name, command: "", expectation: .subject(""))
    let seen = try observer.observe(observer.meant(source.scenario), of: source)
    try suite.add(source, own: seen, other: seen)
    return suite.text
  }
}
