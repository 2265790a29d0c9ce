// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// One thing that a scenario asks of a subject beyond the plain; the description is what a subject
/// that cannot do it is said to lack.
public enum Need: Codable, Hashable, Sendable {
  case format(Format)
  case build(Build)
  case revision(GatherRevision)
  /// A single feature, asked for.
  case feature(Features)
  /// A single feature, not asked for.
  case without(Features)
  case inputWidth(UInt8)
  case outputWidth(UInt8)
  case pageSizes
  case encryptionBit
  /// A `dma` line, or none.
  case dmaLayer
  case pageTableLayer
  case queue(QueueKind)
  case mode(DMAMode)
  case cpus(UInt32)
  case pci32
  /// An operation, by `enum iopt_op_kind`.
  case operation(UInt32)
  case protection(Protection)
  case kernel(Kernel)
  case syncMap
  case policy(Policy)
  case magazine
  case failMagazine
  /// Attributes of a buffer, `enum iopt_attr` bits.
  case attributes(DMAAttributes)
  /// The mask of another device.
  case limit
}

extension Need: CustomStringConvertible {
  public var description: String {
    switch self {
    case .format(let format): "format \(format.name)"
    case .build(let build): build == .debug ? "build=debug" : "the production build"
    case .revision(let revision): "gather=\(revision.name)"
    case .feature(let feature): "feature \(Self.name(feature))"
    case .without(let feature): "domains without \(Self.name(feature))"
    case .inputWidth(let bits): "va=\(bits)"
    case .outputWidth(let bits): "oa=\(bits)"
    case .pageSizes: "pgsizes="
    case .encryptionBit: "cbit="
    case .dmaLayer: "the DMA layer"
    case .pageTableLayer: "domains without a dma line"
    case .queue(let kind): "queue=\(kind.name)"
    case .mode(let mode): "mode=\(mode.name)"
    case .cpus(let count): "cpus=\(count)"
    case .pci32: "pci32"
    case .operation(let kind): "operation \(Self.word(kind))"
    case .protection(let bits): "protection \(Self.letters(bits))"
    case .kernel(let kernel): "kernel=\(kernel.name)"
    case .syncMap: "sync_map"
    case .policy(let policy): "policy=\(policy.name)"
    case .magazine: "magazine="
    case .failMagazine: "fail_magazine="
    case .attributes: "attrs="
    case .limit: "limit= on a mapping"
    }
  }

  /// The description without a number that would make a line of its own for each value.
  var kind: String {
    switch self {
    case .inputWidth: "the va= asked for"
    case .outputWidth: "the oa= asked for"
    case .cpus: "so many cpus="
    default: description
    }
  }

  private static func name(_ feature: Features) -> String {
    let bit = feature.rawValue.trailingZeroBitCount
    return bit < Features.names.count ? "\(Features.names[bit])" : "bit \(bit)"
  }

  /// The word that stands for the operation in scenario text.
  private static func word(_ kind: UInt32) -> Substring {
    guard kind >= IOPT_OP_MAP.rawValue, kind < IOPT_OP_KINDS_2.rawValue else { return "\(kind)" }
    var operation = iopt_op()
    operation.kind = kind
    return Operation(operation).text.prefix { $0 != " " }
  }

  private static func letters(_ bits: Protection) -> String {
    let letters = Array("\(Protection.letters)")
    return String(letters.indices.filter { bits.rawValue >> $0 & 1 == 1 }.map { letters[$0] })
  }
}
