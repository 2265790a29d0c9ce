// SPDX-License-Identifier: GPL-2.0-only

/// All scenarios of a file (`-` is standard input) without their observations.
public func readScenarios(path: String) throws(ScenarioError) -> [LocatedScenario] {
  try scenarios(TraceReader(path: path))
}

/// All scenarios of text or gzip bytes in memory, without their observations; `name` stands for the
/// file in errors.
public func readScenarios(
  bytes: [UInt8], name: String
) throws(ScenarioError) -> [LocatedScenario] {
  try scenarios(TraceReader(bytes: bytes, name: name))
}

private func scenarios(
  _ source: consuming TraceReader
) throws(ScenarioError) -> [LocatedScenario] {
  var reader = source
  var result: [LocatedScenario] = []
  var line = 0
  while let statement = try reader.nextSkippingObservations() {
    switch statement {
    case .scenario: line = reader.line
    case .domain(let domain): result.append(LocatedScenario(Scenario(domain: domain), line: line))
    case .dma(let dma): result[result.count - 1].scenario.dma = dma
    case .operation(let operation):
      result[result.count - 1].scenario.operations.append(operation)
    case .observation: preconditionFailure("observations are skipped")
    }
  }
  return result
}
