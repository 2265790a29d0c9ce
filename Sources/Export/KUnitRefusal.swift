// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// Why a scenario can't be a KUnit case, and at which line of its file.
public struct KUnitRefusal: Error, Equatable, CustomStringConvertible {
  /// As it was named.
  public let file: String
  /// Counted from 1.
  public let line: Int
  /// In words, without a full stop.
  public let reason: String

  /// `line` counts from 1.
  public init(file: String, line: Int, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  public var description: String { "\(file):\(line): no KUnit case: \(reason)" }
}

extension SourceScenario {
  /// What of the scenario KUnit's fixtures can't carry, before it is run; nil: nothing.
  public var refusal: KUnitRefusal? {
    if let layerLine {
      return refused(
        layerLine, "a DMA layer: the page table's fixtures have no device behind an IOMMU")
    }
    if KUnitFixture(scenario.domain.format) == nil {
      return refused(domainLine, "no kernel has the format \(scenario.domain.format)")
    }
    if scenario.domain.encryptionBit != nil {
      return refused(domainLine, "cbit=: a kernel's sme_me_mask is its machine's")
    }
    if let revision = scenario.domain.gather, revision != .merged {
      return refused(
        domainLine,
        "gather=\(revision.name): a kernel has the one revision of gather_range_pages()")
    }
    if let policy = scenario.domain.policy, policy != .generic {
      return refused(domainLine, "policy=\(policy.name): a kernel has the generic one")
    }
    if scenario.domain.va == 0 || scenario.domain.oa == 0 {
      return refused(domainLine, "a width of 0 bits: the fixtures take it for the widest there is")
    }
    for (operation, line) in zip(scenario.operations, lines) {
      guard case .failAlloc(let countdown) = operation, countdown > 0 else { continue }
      return refused(line, "fail_alloc: nothing in the fixtures makes an allocation fail")
    }
    return nil
  }

  /// What was seen when it was run that a case can't ask for; nil: nothing.
  func refusal(of observed: ObservedScenario) -> KUnitRefusal? {
    if let reason = Self.reason(observed.opening) { return refused(domainLine, reason) }
    for (step, line) in zip(observed.steps, lines) {
      if let reason = Self.reason(step.words) { return refused(line, reason) }
    }
    return nil
  }

  private static func reason(_ words: [UInt64]) -> String? {
    if words.has(.crash) { return "the kernel runs away or hits a BUG here" }
    if words.has(.warn) {
      return "the kernel warns here, and a case that makes it warn fails where warnings count"
    }
    if words.has(.allocFail) { return "an allocation fails here, for the arena's sake" }
    var isEmpty = false
    words.forEachRecord { if let range = DirtyRecord($0), range.length == 0 { isEmpty = true } }
    return isEmpty
      ? "an empty range is recorded dirty here, which iommufd's bitmap takes for an endless one"
      : nil
  }

  private func refused(_ line: Int, _ reason: String) -> KUnitRefusal {
    KUnitRefusal(file: file, line: line, reason: reason)
  }
}
