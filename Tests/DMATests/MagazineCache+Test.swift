// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

@testable import DMA

extension MagazineCache {
  /// A cache of 7.1, or with `isLazy` of 7.3; allocation `failing` fails, counted from the set-up's.
  /// The maker is never given back.
  init(cpus: Int, capacity: UInt32 = 0, failing: UInt32 = 0, isLazy: Bool = false) {
    var configuration = iopt_config()
    configuration.dma_magazine = capacity
    configuration.dma_fail_magazine = failing
    let maker = UnsafeMutablePointer<MagazineMaker>.allocate(capacity: 1)
    maker.initialize(to: MagazineMaker(configuration, isLazy: isLazy))
    maker.pointee.skipSetUp(cpus: cpus)
    self.init(cpus: cpus, maker: maker)
  }
}
