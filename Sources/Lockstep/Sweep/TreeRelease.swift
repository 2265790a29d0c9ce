// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension Engine {
  /// The release of the first kernel tree among the lanes, or of two trees the newer one; nil without
  /// a tree. Sweeps make their scenarios of it, so that the other side does the same.
  var treeRelease: Kernel? {
    lanes.map(\.lane.subject).filter(\.isKernelTree).compactMap(\.statedRelease)
      .max { $0.rawValue < $1.rawValue }
  }
}

extension Subject {
  /// The newest release that it states: a kernel tree's own, or the nearest that has a number.
  public var statedRelease: Kernel? {
    Kernel.allCases.last { capabilities.kernels >> $0.rawValue & 1 == 1 }
  }
}

extension Scenario {
  /// In a release where one is given and the scenario names none.
  func upgraded(toTree release: Kernel?) -> Scenario {
    release.flatMap(upgraded) ?? self
  }
}
