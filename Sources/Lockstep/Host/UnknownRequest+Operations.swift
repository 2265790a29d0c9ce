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
    let short = numbers.number(below: UInt32(IOPT_OP_SIZE_1))
    requests += stated([IOPT_OP_MAP, IOPT_OP_IOVA_TO_PHYS, IOPT_OP_TICK]).map {
      UnknownRequest("size", short, $0) { $0.size = short }
    }
    requests += stated([IOPT_OP_MAP, IOPT_OP_MAP_RANGE]).map {
      let bits = numbers.bit(from: 6) | numbers.number(below: 64)
      return UnknownRequest("prot", bits, $0) { $0.prot = bits }
    }
    if hasLayer {
      requests += directions(stated(mapping), &numbers)
      let short = UInt32(IOPT_OP_SIZE_1)
      requests += stated(reading).map {
        UnknownRequest("size", short, $0) { $0.size = short }
      }
      requests += attributes(stated([IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_IOVA_LINK]), &numbers)
      requests += limits(
        stated([IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_IOVA_ALLOC]), &numbers)
    } else {
      requests += gathers(stated(gathering), &numbers)
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

  private static func gathers(
    _ operations: [iopt_op], _ numbers: inout UnknownNumbers
  ) -> [UnknownRequest] {
    let gather = numbers.number(from: UInt32(IOPT_GATHER_COUNT))
    let flag = numbers.number(from: 2)
    let flagged = [IOPT_OP_GATHER.rawValue, IOPT_OP_READ_AND_CLEAR_DIRTY.rawValue]
    return operations.map { UnknownRequest("gather", gather, $0) { $0.gather = gather } }
      + operations.filter { flagged.contains($0.kind) }.map {
        UnknownRequest("flag", flag, $0) { $0.flag = flag }
      }
  }

  private static let mapping = [
    IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS,
    IOPT_OP_DMA_IOVA_LINK,
  ]

  private static func directions(
    _ operations: [iopt_op], _ numbers: inout UnknownNumbers
  ) -> [UnknownRequest] {
    let direction = numbers.number(from: IOPT_FROM_DEVICE.rawValue + 1)
    return operations.map { UnknownRequest("dir", direction, $0) { $0.dir = direction } }
  }

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

  private static func attributes(
    _ operations: [iopt_op], _ numbers: inout UnknownNumbers
  ) -> [UnknownRequest] {
    let attributes = numbers.bit(from: 3) | numbers.number(below: 8)
    return operations.map { UnknownRequest("attrs", attributes, $0) { $0.attrs = attributes } }
  }

  private static func limits(
    _ operations: [iopt_op], _ numbers: inout UnknownNumbers
  ) -> [UnknownRequest] {
    let limit = numbers.number(from: 2)
    return operations.map { UnknownRequest("has_limit", limit, $0) { $0.has_limit = limit } }
  }

  /// On a domain without a layer.
  private static let layered =
    [
      IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_UNMAP, IOPT_OP_RELAX, IOPT_OP_TICK,
      IOPT_OP_RESERVE,
    ] + appended
}
