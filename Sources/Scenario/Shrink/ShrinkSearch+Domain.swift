// SPDX-License-Identifier: GPL-2.0-only

// Passes that make the `domain` and `dma` lines plainer.

extension ShrinkSearch {
  mutating func simplifyDomain() {
    let plain = best.domain.format.facts.plainWidths
    // The widths depend on each other, so all of them first.
    attempt { ($0.domain.va, $0.domain.oa, $0.domain.top) = plain }
    attempt { $0.domain.va = plain.va }
    attempt { $0.domain.oa = plain.oa }
    attempt { $0.domain.top = plain.top }
    attempt { $0.domain.build = .production }
    attempt { $0.domain.gather = nil }
    attempt { $0.domain.gather = .merged }
    attempt { $0.domain.hasSyncMap = false }
    attempt { $0.domain.policy = nil }
    attempt { $0.domain.policy = .generic }
    simplifyDriver()
    attempt { $0.domain.pageSizes = nil }
    attempt { $0.domain.encryptionBit = nil }
    attempt { $0.domain.features = [] }
    for bit in 0..<Features.names.count {
      attempt { $0.domain.features.remove(Features(rawValue: 1 << UInt32(bit))) }
    }
  }

  /// The natural driver is the plainest; else one with fewer options.
  private mutating func simplifyDriver() {
    guard best.domain.driver != nil, !attempt({ $0.domain.driver = nil }) else { return }
    attempt { $0.domain.driver = $0.domain.driver.map { DriverChoice($0.kind) } }
    attempt { scenario in
      scenario.domain.driver = scenario.domain.driver.map {
        DriverChoice($0.kind, largestMask: $0.largestMask)
      }
    }
    attempt { scenario in
      scenario.domain.driver = scenario.domain.driver.map {
        DriverChoice($0.kind, hasATS: $0.hasATS)
      }
    }
  }

  mutating func simplifyDMA() {
    guard best.dma != nil else { return }
    if !best.operations.contains(where: \.needsDMA), attempt({ $0.dma = nil }) { return }
    attempt { $0.dma?.mode = .strict }
    attempt { $0.dma?.queue = .perCPU }
    attempt { $0.dma?.pci32 = false }
    attempt { $0.dma?.magazine = nil }
    attempt { $0.dma?.failMagazine = nil }
    attempt { $0.dma?.limit = .max }
    lowerCPUs()
    while let size = best.dma?.ringSize, size > 2, attempt({ $0.dma?.ringSize = size / 2 }) {}
    lowerTimeout()
  }

  /// Operations name CPUs below the number of CPUs.
  private mutating func lowerCPUs() {
    let needed = UInt32((best.numbers(.cpu).max() ?? 0) + 1)
    if attempt({ $0.dma?.cpus = needed }) { return }
    while let cpus = best.dma?.cpus, cpus > needed, attempt({ $0.dma?.cpus = cpus - 1 }) {}
  }

  private mutating func lowerTimeout() {
    if attempt({ $0.dma?.timeout = 0 }) { return }
    while let timeout = best.dma?.timeout, timeout > 1, attempt({ $0.dma?.timeout = timeout / 2 }) {
    }
  }
}
