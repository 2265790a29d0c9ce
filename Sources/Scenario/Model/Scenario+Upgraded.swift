// SPDX-License-Identifier: GPL-2.0-only

extension Scenario {
  /// The same in version 2 of the language, with a release: `dma_map`, `dma_map_sg` and `dma_unmap` are
  /// then the entry points that drivers call, and riscv_64's production build asks for the feature that
  /// it insists on. What it comes to may be something else. nil for a scenario that is in version 2.
  public func upgraded(to kernel: Kernel) -> Scenario? {
    guard domain.kernel == nil else { return nil }
    var scenario = self
    scenario.domain.kernel = kernel
    if domain.format == .riscv64, domain.build == .production, kernel >= .linux7_2 {
      scenario.domain.features.insert(.detailedGather)
    }
    scenario.operations = operations.map(\.asDriversCall)
    return scenario
  }
}

extension Operation {
  /// The entry point in place of the function below it.
  fileprivate var asDriversCall: Operation {
    switch self {
    case .dmaMap(let handle, let pa, let length, let direction, let cpu):
      .dmaMapPhys(
        handle: handle, pa: pa, length: length, direction: direction, attributes: [], limit: nil,
        cpu: cpu)
    case .dmaMapSG(let handle, let direction, let pieces, let cpu):
      .dmaMapSGAttrs(
        handle: handle, direction: direction, pieces: pieces, limit: nil, cpu: cpu)
    case .dmaUnmap(let handle, let cpu): .dmaUnmapPhysOrSG(handle: handle, cpu: cpu)
    default: self
    }
  }
}
