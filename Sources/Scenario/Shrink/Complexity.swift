// SPDX-License-Identifier: GPL-2.0-only

/// How much there is to read in a scenario. Shrinking goes only to a scenario of lower complexity,
/// so it ends. Fewer operations count most, then fewer pieces of scatterlists, then fewer choices
/// that are not the plainest, then smaller numbers.
public struct Complexity: Comparable, Sendable {
  /// How many operations, and how many pieces all scatterlists have.
  public private(set) var operations = 0
  public private(set) var pieces = 0
  /// Protection letters, features, modes and widths other than the plainest.
  public private(set) var choices = 0
  /// The sum of all addresses, lengths and other numbers of operations and of the `dma` line.
  public private(set) var magnitude: UInt128 = 0

  /// That of a scenario.
  public init(_ scenario: Scenario) {
    operations = scenario.operations.count
    add(scenario.domain)
    if let dma = scenario.dma { add(dma) }
    for operation in scenario.operations {
      choices += operation.choices
      pieces += operation.pieces?.count ?? 0
      operation.forEachNumber { _, value in magnitude += UInt128(value) }
    }
  }

  private mutating func add(_ domain: DomainConfiguration) {
    choices += domain.features.rawValue.nonzeroBitCount
    let plain = domain.format.facts.plainWidths
    if domain.va != plain.va { choices += 1 }
    if domain.oa != plain.oa { choices += 1 }
    if domain.top != plain.top { choices += 1 }
    if domain.pageSizes != nil { choices += 1 }
    if domain.encryptionBit != nil { choices += 1 }
    if domain.build == .debug { choices += 1 }
    if domain.hasSyncMap { choices += 1 }
    if let policy = domain.policy { choices += policy == .generic ? 1 : 2 }
    if let driver = domain.driver {
      choices += 1 + (driver.largestMask == nil ? 0 : 1) + (driver.hasATS ? 1 : 0)
    }
    switch domain.gather {
    case nil: break
    case .merged: choices += 1
    default: choices += 2
    }
  }

  private mutating func add(_ dma: DMAConfiguration) {
    choices += 1
    if dma.queue == .single { choices += 1 }
    if dma.mode == .flushQueue { choices += 1 }
    if dma.pci32 { choices += 1 }
    if dma.magazine != nil { choices += 1 }
    if dma.failMagazine != nil { choices += 1 }
    if dma.limit != .max { choices += 1 }
    magnitude += UInt128(dma.cpus) + UInt128(dma.ringSize) + UInt128(dma.timeout)
  }

  public static func < (left: Complexity, right: Complexity) -> Bool {
    (left.operations, left.pieces, left.choices, left.magnitude)
      < (right.operations, right.pieces, right.choices, right.magnitude)
  }
}

extension Operation {
  /// How far the operation is from the plainest of its kin, numbers left out.
  fileprivate var choices: Int {
    switch self {
    case .map(_, _, _, let prot): prot.rawValue.nonzeroBitCount
    case .mapRange(_, _, _, let prot): 1 + prot.rawValue.nonzeroBitCount
    case .gather(_, let queued): queued ? 1 : 0
    case .readAndClearDirty(_, _, _, let keep): keep ? 1 : 0
    case .dmaMap(_, _, _, let direction, _): Int(direction.rawValue)
    case .dmaMapSG(_, let direction, _, _): 1 + Int(direction.rawValue)
    case .dmaMapPhys(_, _, _, let direction, let attributes, let limit, _):
      Int(direction.rawValue) + attributes.rawValue.nonzeroBitCount + (limit == nil ? 0 : 1)
    case .dmaMapSGAttrs(_, let direction, _, let limit, _):
      1 + Int(direction.rawValue) + (limit == nil ? 0 : 1)
    case .dmaIOVAAlloc(_, _, _, let limit, _): limit == nil ? 0 : 1
    case .dmaIOVALink(_, _, _, _, let direction, let attributes):
      Int(direction.rawValue) + attributes.rawValue.nonzeroBitCount
    default: 0
    }
  }
}
