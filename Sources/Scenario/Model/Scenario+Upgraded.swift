// SPDX-License-Identifier: GPL-2.0-only

extension Scenario {
  /// The same in version 2 of the language, with a release: `dma_map`, `dma_map_sg` and `dma_unmap` are
  /// then the entry points that drivers call, and riscv_64's production build asks for the feature that
  /// it insists on. What it comes to may be something else. nil for a scenario that is in version 2.
  public func upgraded(to kernel: Kernel) -> Scenario? {
    domain.kernel == nil ? with(kernel) : nil
  }

  /// The same with another release, in whichever version it is.
  public func with(_ kernel: Kernel) -> Scenario {
    var scenario = self
    scenario.domain = domain.with(kernel)
    if domain.kernel == nil { scenario.operations = operations.map(\.asDriversCall) }
    return scenario
  }
}

extension DomainConfiguration {
  /// The same with a release, without the features that it does not know, and with the one that
  /// riscv_64's production build insists on.
  public func with(_ kernel: Kernel) -> DomainConfiguration {
    var domain = self
    domain.kernel = kernel
    domain.features.formIntersection(format.expressibleFeatures(of: kernel))
    if format == .riscv64, build == .production, kernel >= .linux7_2 {
      domain.features.insert(.detailedGather)
    }
    return domain
  }
}

extension Operation {
  /// The entry point in place of the function below it.
  var asDriversCall: Operation {
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

  /// The function below an entry point that drivers call, without attributes and limit.
  var asVersion1: Operation {
    switch self {
    case .dmaMapPhys(let handle, let pa, let length, let direction, _, _, let cpu):
      .dmaMap(handle: handle, pa: pa, length: length, direction: direction, cpu: cpu)
    case .dmaMapSGAttrs(let handle, let direction, let pieces, _, let cpu):
      .dmaMapSG(handle: handle, direction: direction, pieces: pieces, cpu: cpu)
    case .dmaUnmapPhysOrSG(let handle, let cpu): .dmaUnmap(handle: handle, cpu: cpu)
    default: self
    }
  }
}
