// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import PageTable
import SubjectABI

extension iopt_config {
  /// What a host gave: read as far as its size reaches, and 0 behind that.
  init(given: UnsafePointer<iopt_config>) {
    self.init()
    let count = min(Int(given.pointee.size), MemoryLayout<iopt_config>.size)
    withUnsafeMutableBytes(of: &self) { _ = memcpy($0.baseAddress!, given, count) }
  }
}

/// Why this implementation will not open such a domain; nil when it knows all that is asked.
/// `configuration` has passed ``iopt_config/init(given:)``.
func fault(
  in configuration: iopt_config, _ host: UnsafePointer<iopt_host>
) -> String? {
  if host.pointee.size < IOPT_HOST_SIZE_1 {
    return "iopt_host has \(host.pointee.size) bytes, version 1 has \(IOPT_HOST_SIZE_1)"
  }
  if configuration.size < IOPT_CONFIG_SIZE_1 {
    return "iopt_config has \(configuration.size) bytes, version 1 has \(IOPT_CONFIG_SIZE_1)"
  }
  let unknown =
    UnknownNumber("format", configuration.format, Ability.formats)
    ?? UnknownNumber("build", configuration.build, Ability.builds)
    ?? UnknownNumber("gather", configuration.gather, Ability.revisions)
    ?? UnknownNumber("kernel", configuration.kernel, Ability.kernels)
    ?? UnknownNumber("sync_map", configuration.sync_map, zeroOrOne)
    ?? UnknownNumber("policy", configuration.policy, Ability.policies)
    ?? UnknownNumber("has_dma", configuration.has_dma, zeroOrOne)
  if let unknown { return unknown.reason }
  guard let behaviours = Behaviours(configuration) else {
    return "rows=0x\(String(configuration.rows, radix: 16)) is not known"
  }
  let known = Ability.features & ~behaviours.unknownFeatures
  let features = configuration.features & ~known
  if features != 0 { return "features: bits 0x\(String(features, radix: 16)) are not known" }
  return configuration.has_dma == 0 ? nil : layerFault(configuration)
}

private func layerFault(_ configuration: iopt_config) -> String? {
  let dma = configuration.dma
  let unknown =
    UnknownNumber("queue", dma.queue, Ability.queues)
    ?? UnknownNumber("mode", dma.mode, Ability.modes)
    ?? UnknownNumber("pci32", dma.pci32, zeroOrOne)
  if let unknown { return unknown.reason }
  if configuration.dma_magazine > 127 {
    return "dma_magazine=\(configuration.dma_magazine): expected 1 to 127"
  }
  if !(1...256).contains(dma.cpus) { return "cpus=\(dma.cpus): expected 1 to 256" }
  if !(2...65536).contains(dma.ring_size) || dma.ring_size.nonzeroBitCount != 1 {
    return "ring_size=\(dma.ring_size): expected a power of two from 2 to 65536"
  }
  return nil
}

private let zeroOrOne: UInt32 = 0b11

/// A member whose value this implementation has no meaning for.
private struct UnknownNumber {
  let member: StaticString
  let value: UInt32

  var reason: String { "\(member)=\(value) is not known" }

  /// nil when the bit of that number is set in `known`.
  @inline(__always)
  init?(_ member: StaticString, _ value: UInt32, _ known: UInt32) {
    if value < 32, known >> value & 1 == 1 { return nil }
    self.member = member
    self.value = value
  }
}
