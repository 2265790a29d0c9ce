// SPDX-License-Identifier: GPL-2.0-only

/// A list of operations on one domain: what every subject is asked to do.
public struct Scenario: Equatable, Sendable {
  /// The `domain` line; the `dma` line, where there is one; what is done, in order.
  public var domain: DomainConfiguration
  public var dma: DMAConfiguration?
  public var operations: [Operation]

  public init(
    domain: DomainConfiguration, dma: DMAConfiguration? = nil, operations: [Operation] = []
  ) {
    self.domain = domain
    self.dma = dma
    self.operations = operations
  }
}
