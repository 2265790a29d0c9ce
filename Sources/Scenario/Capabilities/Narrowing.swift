// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// Fits scenarios that are made up to what the subjects in use can do, and counts what that took.
public struct Narrowing: Sendable {
  /// A subject as reports name it, and what it can do.
  public struct Party: Sendable {
    /// What reports call it.
    public let name: String
    /// What it can do, with what was chosen for it.
    public let capabilities: Capabilities

    /// A subject under this name.
    public init(name: String, capabilities: Capabilities) {
      self.name = name
      self.capabilities = capabilities
    }
  }

  /// What had to be done for want of something.
  public enum Act: Codable, Hashable, Sendable, CaseIterable {
    /// The scenario, or the configuration, was left out.
    case leftOut
    /// It was changed.
    case changed
    /// One of its operations was left out.
    case operationLeftOut
    /// One of its operations was changed.
    case operationChanged
  }

  /// What is counted together.
  public struct Cause: Codable, Hashable, Sendable {
    /// What was done.
    public let act: Act
    /// For want of what.
    public let need: Need
  }

  private let parties: [Party]
  /// What all of them can do.
  public let capabilities: Capabilities
  /// Nothing has to be changed, ever.
  public let isIdle: Bool
  /// How often each was done.
  public private(set) var tally: [Cause: Int] = [:]

  /// Fits to what all of `parties` can do, of the language.
  public init(_ parties: [Party]) {
    self.parties = parties
    capabilities = Capabilities(common: parties.map(\.capabilities))
    isIdle = capabilities.coverLanguage
  }

  /// Changes the lines of a scenario; false when it has to be left out.
  public mutating func narrow(
    _ domain: inout DomainConfiguration, _ dma: inout DMAConfiguration?
  ) -> Bool {
    if isIdle { return true }
    // Out of self while the closure adds to it: neither is copied.
    var counts: [Cause: Int] = [:]
    swap(&counts, &tally)
    defer { swap(&counts, &tally) }
    let lines = capabilities.narrow(&domain, &dma) {
      counts[Cause(act: .changed, need: $0), default: 0] += 1
    }
    guard case .leftOut(let need) = lines else { return true }
    counts[Cause(act: .leftOut, need: need), default: 0] += 1
    return false
  }

  /// Changes an operation; false when it has to be left out.
  public mutating func narrow(_ operation: inout iopt_op) -> Bool {
    if isIdle { return true }
    var noted: Need?
    let isKept = capabilities.narrow(&operation) { noted = $0 }
    if let noted { count(isKept ? .operationChanged : .operationLeftOut, noted) }
    return isKept
  }

  /// Changes an operation; nil when it has to be left out.
  public mutating func narrowed(_ operation: Operation) -> Operation? {
    if isIdle { return operation }
    var lowered = operation.lowered(pieces: nil)
    let (protection, attributes, hasLimit) = (lowered.prot, lowered.attrs, lowered.has_limit)
    guard narrow(&lowered) else { return nil }
    if lowered.prot == protection, lowered.attrs == attributes, lowered.has_limit == hasLimit {
      return operation
    }
    // A list's pieces are not in the lowered form.
    if case .dmaMapSGAttrs(let handle, let direction, let pieces, _, let cpu) = operation {
      return .dmaMapSGAttrs(
        handle: handle, direction: direction, pieces: pieces, limit: nil, cpu: cpu)
    }
    return Operation(lowered)
  }

  /// A scenario that all of the subjects can do, or nil when it has to be left out.
  public mutating func narrowed(_ scenario: Scenario) -> Scenario? {
    if isIdle { return scenario }
    var result = scenario
    guard narrow(&result.domain, &result.dma) else { return nil }
    let cpus = result.dma?.cpus ?? 1
    result.operations = scenario.operations.compactMap { operation in
      if scenario.dma != nil, result.dma == nil, operation.needsDMA { return nil }
      let inWords = result.domain.kernel == nil ? operation.asVersion1 : operation
      return narrowed(inWords)?.onCPU(below: cpus)
    }
    return result
  }

  /// Counts `count` configurations that were left out, or one.
  public mutating func leaveOut(_ need: Need, count: Int = 1) {
    tally[Cause(act: .leftOut, need: need), default: 0] += count
  }

  /// Adds what another process did with the same subjects.
  public mutating func add(_ other: [Cause: Int]) { tally.merge(other, uniquingKeysWith: +) }

  private mutating func count(_ act: Act, _ need: Need) {
    tally[Cause(act: act, need: need), default: 0] += 1
  }

  /// How many were left out altogether.
  public var leftOut: Int { tally.reduce(0) { $0 + ($1.key.act == .leftOut ? $1.value : 0) } }

  /// What was done, one line for each need: `12 scenarios left out: ./x.so lacks format amdv1`.
  /// `thing` is what a scenario is called. `whereSomeCan`: without what none of the subjects can do.
  public func lines(_ thing: String = "scenario", whereSomeCan: Bool = false) -> [String] {
    let causes = tally.filter { cause, _ in
      !whereSomeCan || parties.contains { $0.capabilities.meet(cause.need) }
    }
    return Act.allCases.flatMap { act in
      var counts: [String: Int] = [:]
      for (cause, count) in causes where cause.act == act {
        counts["\(wanting(cause.need)) lacks \(cause.need.kind)", default: 0] += count
      }
      return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\($0.value) \(Self.words(act, thing, isOne: $0.value == 1)): \($0.key)" }
    }
  }

  private static func words(_ act: Act, _ thing: String, isOne: Bool) -> String {
    let plural = isOne ? "" : "s"
    return switch act {
    case .leftOut: "\(thing)\(plural) left out"
    case .changed: "\(thing)\(plural) changed"
    case .operationLeftOut: "operation\(plural) left out"
    case .operationChanged: "operation\(plural) changed"
    }
  }

  /// The first of the subjects that lacks it.
  private func wanting(_ need: Need) -> String {
    parties.first { !$0.capabilities.meet(need) }?.name ?? "a subject"
  }
}

extension Operation {
  /// The operation on a CPU that there is.
  func onCPU(below cpus: UInt32) -> Operation {
    func fit(_ cpu: UInt8) -> UInt8 { UInt8(UInt32(cpu) % cpus) }
    return switch self {
    case .dmaMap(let handle, let pa, let length, let direction, let cpu):
      .dmaMap(handle: handle, pa: pa, length: length, direction: direction, cpu: fit(cpu))
    case .dmaMapSG(let handle, let direction, let pieces, let cpu):
      .dmaMapSG(handle: handle, direction: direction, pieces: pieces, cpu: fit(cpu))
    case .dmaUnmap(let handle, let cpu): .dmaUnmap(handle: handle, cpu: fit(cpu))
    case .relax(let cpu): .relax(cpu: fit(cpu))
    case .dmaMapPhys(
      let handle, let pa, let length, let direction, let attributes, let limit, let cpu):
      .dmaMapPhys(
        handle: handle, pa: pa, length: length, direction: direction, attributes: attributes,
        limit: limit, cpu: fit(cpu))
    case .dmaMapSGAttrs(let handle, let direction, let pieces, let limit, let cpu):
      .dmaMapSGAttrs(
        handle: handle, direction: direction, pieces: pieces, limit: limit, cpu: fit(cpu))
    case .dmaUnmapPhysOrSG(let handle, let cpu): .dmaUnmapPhysOrSG(handle: handle, cpu: fit(cpu))
    case .dmaIOVAAlloc(let handle, let pa, let length, let limit, let cpu):
      .dmaIOVAAlloc(handle: handle, pa: pa, length: length, limit: limit, cpu: fit(cpu))
    case .dmaIOVADestroy(let handle, let length, let cpu):
      .dmaIOVADestroy(handle: handle, length: length, cpu: fit(cpu))
    case .dmaIOVAFree(let handle, let cpu): .dmaIOVAFree(handle: handle, cpu: fit(cpu))
    default: self
    }
  }
}
