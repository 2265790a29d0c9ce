// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// How the IOVA caches come by their magazines: how many frames one holds, when the kernel allocates
/// them, and which allocation fails.
struct MagazineMaker {
  /// IOVA_MAG_SIZE
  static let usualCapacity = 127

  /// Frames of one magazine.
  let capacity: Int
  /// The release allocates a CPU's magazines when they are first needed; else all of them are there
  /// from the start (`iova_domain_init_rcaches()`).
  let isLazy: Bool
  /// So many allocations from now the one that fails comes; 0: none does.
  private(set) var failing: Int

  init(_ configuration: borrowing iopt_config, isLazy: Bool) {
    let asked = Int(configuration.dma_magazine)
    capacity = asked == 0 ? Self.usualCapacity : asked
    self.isLazy = isLazy
    failing = Int(configuration.dma_fail_magazine)
  }

  /// Whether what is allocated at set-up can be had.
  func prepares(cpus: Int) -> Bool { isLazy || failing == 0 || failing > atSetUp(cpus: cpus) }

  /// Takes what is allocated at set-up from the count.
  mutating func skipSetUp(cpus: Int) {
    if !isLazy, failing > 0 { failing -= atSetUp(cpus: cpus) }
  }

  /// A pair for each CPU and size class.
  private func atSetUp(cpus: Int) -> Int { 2 * cpus * IOVAAllocator.classCount }

  /// The next one cannot be had.
  var fails: Bool { failing == 1 }

  /// Allocates one; false when that fails.
  mutating func make() -> Bool {
    if failing == 0 { return true }
    failing -= 1
    return failing != 0
  }
}
