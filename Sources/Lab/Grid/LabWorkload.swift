// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// What a cell runs: a workload that is made, with its parameters, or a file.
public struct LabWorkload: Sendable {
  /// What is run.
  public enum Source: Sendable {
    case made(WorkloadKind, WorkloadValues)
    /// All scenarios of a file, one after another: each has a domain of its own.
    case file(String, [FileScenario])
  }

  /// What a file's scenario begins with.
  public struct FileScenario: Sendable {
    var domain: DomainConfiguration
    var layer: DMAConfiguration?
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
    guard text.contains(".") || text.contains("/") || access(text, F_OK) == 0 else {
      throw LabError("--workload '\(text)': expected \(WorkloadKind.list), or the path of a file")
    }
    var reader = try TraceReader(path: text)
    var scenarios: [FileScenario] = []
    while let statement = try reader.nextSkippingObservations() {
      switch statement {
      case .domain(let domain): scenarios.append(FileScenario(domain: domain))
      case .dma(let layer): scenarios[scenarios.count - 1].layer = layer
      default: continue
      }
    }
    guard !scenarios.isEmpty else { throw LabError("\(text): expected a scenario") }
    source = .file(text, scenarios)
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

  /// Throws where its parameters make no sense together.
  public func check() throws(LabError) {
    guard case .made(let kind, let values) = source, let fault = kind.fault(values) else { return }
    throw LabError(fault)
  }

  /// How many scenarios it is: a file has several.
  var count: Int { if case .file(_, let scenarios) = source { scenarios.count } else { 1 } }

  /// Whether one of its scenarios goes through the DMA layer.
  func usesLayer(_ index: Int) -> Bool {
    switch source {
    case .made(let kind, _): kind.usesLayer
    case .file(_, let scenarios): scenarios[index].layer != nil
    }
  }

  private func cpus(_ index: Int) -> UInt32 {
    switch source {
    case .made(let kind, let values):
      kind.parameters.contains { $0.name == "cpus" } ? UInt32(values["cpus"]) : 1
    case .file(_, let scenarios): scenarios[index].layer?.cpus ?? 1
    }
  }

  /// What one of its scenarios is run on: the head of a scenario. `kernel` nil: as a file says, else the
  /// newest.
  func head(
    _ index: Int, _ policy: Policy, _ driver: DriverChoice, _ mode: LabMode, _ kernel: Kernel?
  ) -> Scenario {
    var domain: DomainConfiguration
    switch source {
    case .made: domain = LabDomain.usual(driver, kernel ?? .linux7_3)
    case .file(_, let scenarios):
      domain = scenarios[index].domain
      domain.kernel = kernel ?? domain.kernel ?? .linux7_1
      domain.driver = driver
    }
    LabDomain.apply(mode.gathering, to: &domain)
    domain.policy = policy == .generic ? nil : policy
    guard usesLayer(index) else { return Scenario(domain: domain) }
    var layer = mode.layer(cpus: cpus(index), limit: LabDomain.limit(domain))
    if case .file(_, let scenarios) = source, let own = scenarios[index].layer {
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
    try scenario(0, head(0, policy, driver, mode, kernel), seed: seed, operations: count)
  }

  /// So many operations of one of its scenarios, behind another head.
  func scenario(
    _ index: Int, _ head: Scenario, seed: UInt64, operations count: Int
  ) throws -> Scenario {
    var scenario = head
    let source = try operations(seed: seed)
    for _ in 0..<index { while try source.nextOperation() != nil {} }
    while scenario.operations.count < count, let operation = try source.nextOperation() {
      scenario.operations.append(Operation(operation.pointee))
    }
    return scenario
  }

  /// Its operations, from the beginning.
  func operations(seed: UInt64) throws -> OperationSource {
    switch source {
    case .made(let kind, let values): OperationSource(kind.make(values, seed: seed))
    case .file(let path, _): OperationSource(try TraceReader(path: path))
    }
  }
}
