// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Capabilities {
  /// What `configuration` asks for behind version 1's members and bits, and a subject of these
  /// capabilities might not even see: it would do something else instead of refusing. In words, or
  /// nil when there is nothing of that kind. With `anyRelease` it runs what is meant for other
  /// releases as what it is itself.
  public func unseen(
    in configuration: iopt_config, anyRelease: Bool = false
  ) -> String? {
    let features =
      configuration.features & ~Capabilities.version1Features & ~self.features.rawValue
    if configuration.kernel | configuration.sync_map | configuration.dma_magazine
      | configuration.dma_fail_magazine | configuration.policy | features == 0,
      configuration.rows == 0
    {
      return nil
    }
    if features != 0 { return missing("features: bits 0x" + String(features, radix: 16)) }
    if isOfAnotherRelease(configuration), !anyRelease {
      return missing(
        Kernel(rawValue: configuration.kernel).map { "kernel=\($0.name)" }
          ?? "kernel number \(configuration.kernel)")
    }
    if configuration.rows != 0, !options.contains(.rows) {
      return missing("single rows of another release")
    }
    if configuration.sync_map != 0, !options.contains(.syncMap) { return missing("sync_map") }
    if configuration.policy != 0, !options.contains(.policy) { return missing("policy") }
    if configuration.has_dma == 0 { return nil }
    if configuration.dma_magazine != 0, !options.contains(.magazine) {
      return missing("dma_magazine")
    }
    if configuration.dma_fail_magazine != 0, !options.contains(.failMagazine) {
      return missing("dma_fail_magazine")
    }
    return nil
  }

  /// Whether `configuration` names a release that a subject does not state.
  public func isOfAnotherRelease(_ configuration: iopt_config) -> Bool {
    let release = configuration.kernel
    return release != IOPT_KERNEL_UNSAID.rawValue && (release >= 32 || kernels >> release & 1 == 0)
  }

  /// The one release that a subject states; nil where it states none, or several.
  public var onlyRelease: Kernel? {
    let stated = Kernel.allCases.filter { meet(.kernel($0)) }
    return stated.count == 1 ? stated[0] : nil
  }

  /// The bits of version 1's features.
  static let version1Features: UInt32 = 0xfff

  private func missing(_ what: String) -> String { "its capabilities do not name \(what)" }
}
