// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension Engine {
  /// The release of the first kernel tree among the lanes, or of two trees the newer one; nil without
  /// a tree. Sweeps make their scenarios of it, so that the other side does the same.
  var treeRelease: Kernel? {
    lanes.map(\.lane.subject).filter(\.isKernelTree).compactMap(\.nearestRelease)
      .max { $0.rawValue < $1.rawValue }
  }
}

extension Subject {
  /// The newest release that it states.
  public var statedRelease: Kernel? {
    Kernel.allCases.last { capabilities.kernels >> $0.rawValue & 1 == 1 }
  }

  /// The release that it states, or where the ABI has no number for it, the newest one whose features
  /// it has.
  public var nearestRelease: Kernel? {
    if let statedRelease { return statedRelease }
    let isNew = capabilities.features.isSuperset(of: .sinceLinux7_2)
    return isNew ? Kernel.allCases.last : Kernel.allCases.first
  }
}

extension Scenario {
  /// In a release where one is given and the scenario names none.
  func upgraded(toTree release: Kernel?) -> Scenario {
    release.flatMap(upgraded) ?? self
  }
}
