// SPDX-License-Identifier: GPL-2.0-only

/// Oracles that are asked of nearly every operation, without counting references to them.
final class AskedOracles {
  /// Holds an oracle in a place that does not change.
  private final class Holder {
    let oracle: any Oracle
    let kinds: UInt64

    init(_ oracle: any Oracle) {
      self.oracle = oracle
      kinds = oracle.kinds
    }
  }

  let count: Int
  private let holders: UnsafeMutablePointer<Unmanaged<Holder>>

  /// Asks each for its kinds once.
  init(_ oracles: [any Oracle]) {
    count = oracles.count
    holders = .allocate(capacity: max(count, 1))
    for (index, oracle) in oracles.enumerated() {
      (holders + index).initialize(to: .passRetained(Holder(oracle)))
    }
  }

  deinit {
    for index in 0..<count { holders[index].release() }
    holders.deallocate()
  }

  /// One of them.
  func oracle(_ index: Int) -> any Oracle { holders[index].takeUnretainedValue().oracle }

  /// Its ``Oracle/kinds``.
  @inline(__always)
  func kinds(_ index: Int) -> UInt64 { holders[index]._withUnsafeGuaranteedRef { $0.kinds } }

  @inline(__always)
  func judge(_ index: Int, _ engine: Engine) -> Judgement {
    holders[index]._withUnsafeGuaranteedRef { $0.oracle.judge(engine) }
  }
}
