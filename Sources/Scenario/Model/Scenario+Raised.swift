// SPDX-License-Identifier: GPL-2.0-only

extension Scenario {
  /// The scenario that lowers to `lowered`, which this harness made.
  public init(_ lowered: borrowing LoweredScenario) {
    self.init(
      domain: DomainConfiguration(lowered.configuration, driver: lowered.driver),
      dma: DMAConfiguration(lowered.configuration))
    for index in 0..<lowered.count {
      operations.append(Operation(lowered.operations[index]))
    }
  }
}
