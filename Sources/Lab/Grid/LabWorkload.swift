// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What a cell runs: a workload that is made, with its parameters, or a file.
public struct LabWorkload: Sendable {
  /// What is run.
  public enum Source: Sendable {
    case made(WorkloadKind, WorkloadValues)
    /// The first scenario of a file.
    case file(String, DomainConfiguration, DMAConfiguration?)
  }

  /// As reports call it.
  public let name: String
  public private(set) var source: Source
  /// Operations of a run where nobody says; nil: all there are.
  public let usualOperations: Int?

  /// A workload by its name, or else a file by its path.
  public init(_ text: String) throws {
    name = text
    if let kind = WorkloadKind(rawValue: text) {
      source = .made(kind, WorkloadValues(kind.parameters))
      usualOperations = kind.usualOperations
      return
    }
    guard text.contains(".") || text.contains("/") else {
      throw LabError("--workload '\(text)': expected \(WorkloadKind.list), or the path of a file")
    }
    var reader = try TraceReader(path: text)
    var domain: DomainConfiguration?
    var layer: DMAConfiguration?
    reading: while let statement = try reader.nextSkippingObservations() {
      switch statement {
      case .scenario: continue
      case .domain(let found): domain = found
      case .dma(let found): layer = found
      default: break reading
      }
    }
    guard let domain else { throw LabError("\(text): expected a scenario") }
    source = .file(text, domain, layer)
    usualOperations = nil
  }

  /// The names of its parameters; a file has none.
  public var parameters: [WorkloadParameter] {
    if case .made(let kind, _) = source { kind.parameters } else { [] }
  }

  /// Sets a parameter; false where it has none of that name.
  public mutating func set(_ name: String, _ value: UInt64) throws(LabError) -> Bool {
    guard case .made(let kind, var values) = source,
      let parameter = kind.parameters.first(where: { $0.name == name })
    else { return false }
    guard parameter.range.contains(value) else {
      throw LabError(
        "\(kind.rawValue): \(name)=\(value): expected \(parameter.range.lowerBound) to"
          + " \(parameter.range.upperBound)")
    }
    values[name] = value
    source = .made(kind, values)
    return true
  }

  /// Whether it goes through the DMA layer.
  var usesLayer: Bool {
    switch source {
    case .made(let kind, _): kind.usesLayer
    case .file(_, _, let layer): layer != nil
    }
  }

  private var cpus: UInt32 {
    switch source {
    case .made(let kind, let values):
      kind.parameters.contains { $0.name == "cpus" } ? UInt32(values["cpus"]) : 1
    case .file(_, _, let layer): layer?.cpus ?? 1
    }
  }

  /// What it is run on: the head of its scenario.
  func head(
    _ policy: Policy, _ driver: DriverChoice, _ mode: LabMode, _ kernel: Kernel
  ) -> Scenario {
    var domain: DomainConfiguration
    switch source {
    case .made: domain = LabDomain.usual(driver, kernel)
    case .file(_, let own, _):
      domain = own
      domain.kernel = domain.kernel ?? .linux7_1
      domain.driver = driver
    }
    LabDomain.apply(mode.gathering, to: &domain)
    domain.policy = policy == .generic ? nil : policy
    guard usesLayer else { return Scenario(domain: domain) }
    var layer = mode.layer(cpus: cpus, limit: LabDomain.limit(domain))
    if case .file(_, _, let own?) = source {
      layer.limit = own.limit
      layer.pci32 = own.pci32
      layer.magazine = own.magazine
    }
    return Scenario(domain: domain, dma: layer)
  }

  /// The same as a scenario of so many operations, as a cell runs it.
  public func scenario(
    _ policy: Policy, _ driver: DriverChoice, _ mode: LabMode, _ kernel: Kernel, seed: UInt64,
    operations count: Int
  ) throws -> Scenario {
    try scenario(head(policy, driver, mode, kernel), seed: seed, operations: count)
  }

  /// So many of its operations, behind another head.
  func scenario(_ head: Scenario, seed: UInt64, operations count: Int) throws -> Scenario {
    var scenario = head
    let source = try operations(seed: seed)
    while scenario.operations.count < count, let operation = try source.nextOperation() {
      scenario.operations.append(Operation(operation.pointee))
    }
    return scenario
  }

  /// Its operations, from the beginning.
  func operations(seed: UInt64) throws -> OperationSource {
    switch source {
    case .made(let kind, let values): OperationSource(kind.make(values, seed: seed))
    case .file(let path, _, _): OperationSource(try TraceReader(path: path))
    }
  }
}
