// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension Engine {
  /// The release of the first kernel tree among the lanes; nil without one, or when the ABI has no
  /// number for it. Sweeps make their scenarios of it, so that the other side does the same.
  var treeRelease: Kernel? {
    lanes.lazy.map(\.lane.subject).first(where: \.isKernelTree)?.statedRelease
  }
}

extension Subject {
  /// The newest release that it states.
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
