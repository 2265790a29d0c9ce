// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

extension UnknownRequest where Body == iopt_config {
  /// Configurations that a subject with these capabilities cannot know: `base`, which it does, with
  /// one member changed. A kernel tree takes any `release`.
  static func configurations(
    _ capabilities: Capabilities, like base: iopt_config, takesAnyRelease: Bool,
    _ numbers: inout UnknownNumbers
  ) -> [UnknownRequest] {
    var requests: [UnknownRequest] = []
    func ask(_ member: StaticString, _ value: UInt32, _ change: (inout iopt_config) -> Void) {
      requests.append(UnknownRequest(member, value, base, change))
    }
    func ask(
      _ member: StaticString, from first: UInt32, _ place: WritableKeyPath<iopt_config, UInt32>
    ) {
      let value = numbers.number(from: first)
      ask(member, value) { $0[keyPath: place] = value }
    }
    let short = numbers.number(below: UInt32(IOPT_CONFIG_SIZE_1))
    ask("size", short) { $0.size = short }
    ask("format", from: 32 - UInt32(capabilities.formats.leadingZeroBitCount), \.format)
    ask("build", from: IOPT_BUILD_DEBUG.rawValue + 1, \.build)
    ask("gather", from: IOPT_GATHER_PROPOSED.rawValue + 1, \.gather)
    ask("has_dma", from: 2, \.has_dma)
    let feature = numbers.bit(from: 14)
    requests.append(
      UnknownRequest("features", feature, base) { $0.features |= feature })
    let later = 1 << IOPT_KERNEL_UNSAID.rawValue | 1 << IOPT_KERNEL_7_1.rawValue
    if capabilities.kernels & ~UInt32(later) != 0, !takesAnyRelease {
      ask("kernel", from: IOPT_KERNEL_7_3.rawValue + 1, \.kernel)
    }
    if capabilities.options.contains(.syncMap) { ask("sync_map", from: 2, \.sync_map) }
    if capabilities.options.contains(.policy) {
      ask("policy", from: IOPT_POLICY_KEEP.rawValue + 1, \.policy)
    }
    if capabilities.options.contains(.rows) { requests += rows(base, &numbers) }
    return base.has_dma == 1 ? requests + layers(capabilities, base, &numbers) : requests
  }

  /// A release that is not known in a row, and a row that is not.
  private static func rows(
    _ base: iopt_config, _ numbers: inout UnknownNumbers
  ) -> [UnknownRequest] {
    let known = UInt32(IOPT_ROW_COUNT.rawValue)
    let release = UInt64(IOPT_KERNEL_7_3.rawValue + 1 + numbers.number(below: 12))
    let inRow = release << UInt64(4 * numbers.number(below: known))
    let pastRows = UInt64(1) << UInt64(4 * (known + numbers.number(below: 16 - known)))
    return [inRow, pastRows].map { rows in UnknownRequest("rows", rows, base) { $0.rows = rows } }
  }

  private static func layers(
    _ capabilities: Capabilities, _ base: iopt_config, _ numbers: inout UnknownNumbers
  ) -> [UnknownRequest] {
    var requests: [UnknownRequest] = []
    func ask(_ member: StaticString, _ value: UInt32, _ place: WritableKeyPath<iopt_config, UInt32>)
    {
      requests.append(UnknownRequest(member, value, base) { $0[keyPath: place] = value })
    }
    ask("queue", numbers.number(from: IOPT_QUEUE_SINGLE.rawValue + 1), \.dma.queue)
    ask("mode", numbers.number(from: IOPT_DMA_FQ.rawValue + 1), \.dma.mode)
    if capabilities.options.contains(.pci32) {
      ask("pci32", numbers.number(from: 2), \.dma.pci32)
    }
    if capabilities.options.contains(.magazine) {
      ask("dma_magazine", numbers.number(from: 128), \.dma_magazine)
    }
    return requests
  }
}
