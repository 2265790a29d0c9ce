// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

extension UnknownRequest where Body == iopt_op {
  /// Operations that a subject with these capabilities cannot know, for a domain with a DMA layer or
  /// without.
  static func operations(
    _ capabilities: Capabilities, hasLayer: Bool, _ numbers: inout UnknownNumbers
  ) -> [UnknownRequest] {
    var requests = kinds(&numbers)
    func stated(_ kinds: [iopt_op_kind]) -> [iopt_op] {
      kinds.filter { capabilities.operations >> UInt64($0.rawValue) & 1 == 1 }.map { operation($0) }
    }
    func ask(
      _ member: StaticString, _ value: UInt32, of kinds: [iopt_op_kind],
      _ place: WritableKeyPath<iopt_op, UInt32>
    ) {
      requests += stated(kinds).map {
        UnknownRequest(member, value, $0) { $0[keyPath: place] = value }
      }
    }
    let short = numbers.number(below: UInt32(IOPT_OP_SIZE_1))
    ask("size", short, of: [IOPT_OP_MAP, IOPT_OP_IOVA_TO_PHYS, IOPT_OP_TICK], \.size)
    let rights = numbers.bit(from: 6) | numbers.number(below: 64)
    ask("prot", rights, of: [IOPT_OP_MAP, IOPT_OP_MAP_RANGE], \.prot)
    if hasLayer {
      ask("dir", numbers.number(from: IOPT_FROM_DEVICE.rawValue + 1), of: mapping, \.dir)
      ask("size", UInt32(IOPT_OP_SIZE_1), of: reading, \.size)
      let attributes = numbers.bit(from: 3) | numbers.number(below: 8)
      ask("attrs", attributes, of: [IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_IOVA_LINK], \.attrs)
      ask("has_limit", numbers.number(from: 2), of: limited, \.has_limit)
    } else {
      ask("gather", numbers.number(from: UInt32(IOPT_GATHER_COUNT)), of: gathering, \.gather)
      let flagged = [IOPT_OP_GATHER, IOPT_OP_READ_AND_CLEAR_DIRTY]
      ask("flag", numbers.number(from: 2), of: flagged, \.flag)
      if capabilities.layers.contains(.dma) {
        requests += stated(layered).map { UnknownRequest("kind", $0.kind, $0) { _ in } }
      }
    }
    return requests
  }

  private static func operation(_ kind: iopt_op_kind) -> iopt_op {
    var operation = iopt_op()
    operation.size = UInt32(MemoryLayout<iopt_op>.size)
    operation.kind = kind.rawValue
    (operation.iova, operation.pa, operation.len) = (0x1000, 0x1000, 0x1000)
    return operation
  }

  /// Of what the others are, nothing is known either.
  private static func kinds(_ numbers: inout UnknownNumbers) -> [UnknownRequest] {
    [0, numbers.number(from: IOPT_OP_KINDS_2.rawValue)].map { kind in
      UnknownRequest("kind", kind, operation(iopt_op_kind(rawValue: kind))) {
        ($0.prot, $0.gather, $0.flag, $0.dir) = (.max, .max, .max, .max)
        ($0.attrs, $0.has_limit) = (.max, .max)
      }
    }
  }

  private static let gathering = [
    IOPT_OP_GATHER, IOPT_OP_UNMAP_FAST, IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH,
    IOPT_OP_READ_AND_CLEAR_DIRTY,
  ]

  private static let mapping = [
    IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS,
    IOPT_OP_DMA_IOVA_LINK,
  ]

  private static let appended = [
    IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_UNMAP_PHYS_OR_SG,
    IOPT_OP_DMA_IOVA_ALLOC, IOPT_OP_DMA_IOVA_LINK, IOPT_OP_DMA_IOVA_SYNC,
    IOPT_OP_DMA_IOVA_UNLINK, IOPT_OP_DMA_IOVA_DESTROY, IOPT_OP_DMA_IOVA_FREE,
  ]

  /// What looks at version 2's members.
  private static let reading = [
    IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_IOVA_ALLOC, IOPT_OP_DMA_IOVA_LINK,
    IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK,
  ]

  private static let limited = [
    IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_IOVA_ALLOC,
  ]

  /// On a domain without a layer.
  private static let layered =
    [
      IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_UNMAP, IOPT_OP_RELAX, IOPT_OP_TICK,
      IOPT_OP_RESERVE,
    ] + appended
}
