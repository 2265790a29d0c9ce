// SPDX-License-Identifier: GPL-2.0-only

/// What a number of an operation stands for. Numbers of one role are replaced together.
enum NumberRole: CaseIterable {
  case iova, pa, length, countdown, milliseconds, handle, gather, cpu, offset, limit

  /// Whether the number is in bytes, where a multiple of a page stays one.
  var isInBytes: Bool {
    switch self {
    case .iova, .pa, .length, .offset: true
    default: false
    }
  }

  /// The smallest value that a number of this role is replaced by. A length of less than a page
  /// says nothing that a page does not, and some operations forbid 0.
  func floor(for value: UInt64) -> UInt64 { self == .length ? min(value, shrinkPage) : 0 }

  /// The smallest step by which a number of this role changes.
  func unit(for value: UInt64) -> UInt64 {
    isInBytes && value != 0 ? min(shrinkPage, value & (~value &+ 1)) : 1
  }
}

/// The page size of all formats, bytes.
private let shrinkPage: UInt64 = 0x1000

extension Operation {
  /// The operation with each number replaced by what `transform` makes of it, which must fit.
  func replacingNumbers(_ transform: (NumberRole, UInt64) -> UInt64) -> Operation {
    func new<Number: FixedWidthInteger>(_ role: NumberRole, _ value: Number) -> Number {
      Number(transform(role, UInt64(value)))
    }
    switch self {
    case .map(let iova, let pa, let length, let prot):
      return .map(
        iova: new(.iova, iova), pa: new(.pa, pa), length: new(.length, length), prot: prot)
    case .mapRange(let iova, let pa, let length, let prot):
      return .mapRange(
        iova: new(.iova, iova), pa: new(.pa, pa), length: new(.length, length), prot: prot)
    case .unmap(let iova, let length):
      return .unmap(iova: new(.iova, iova), length: new(.length, length))
    case .gather(let gather, let queued):
      return .gather(new(.gather, gather), queued: queued)
    case .unmapFast(let gather, let iova, let length):
      return .unmapFast(
        gather: new(.gather, gather), iova: new(.iova, iova), length: new(.length, length))
    case .iotlbSync(let gather):
      return .iotlbSync(gather: new(.gather, gather))
    case .flush(let gather):
      return .flush(gather: new(.gather, gather))
    case .iovaToPhys(let iova):
      return .iovaToPhys(iova: new(.iova, iova))
    case .setDirty(let iova):
      return .setDirty(iova: new(.iova, iova))
    case .readAndClearDirty(let gather, let iova, let length, let keep):
      return .readAndClearDirty(
        gather: new(.gather, gather), iova: new(.iova, iova), length: new(.length, length),
        keep: keep)
    case .failAlloc(let countdown):
      return .failAlloc(countdown: new(.countdown, countdown))
    case .dmaMap(let handle, let pa, let length, let direction, let cpu):
      return .dmaMap(
        handle: new(.handle, handle), pa: new(.pa, pa), length: new(.length, length),
        direction: direction, cpu: new(.cpu, cpu))
    case .dmaMapSG(let handle, let direction, let pieces, let cpu):
      return .dmaMapSG(
        handle: new(.handle, handle), direction: direction,
        pieces: pieces.map { ScatterPiece(pa: new(.pa, $0.pa), length: new(.length, $0.length)) },
        cpu: new(.cpu, cpu))
    case .dmaUnmap(let handle, let cpu):
      return .dmaUnmap(handle: new(.handle, handle), cpu: new(.cpu, cpu))
    case .relax(let cpu):
      return .relax(cpu: new(.cpu, cpu))
    case .failFQ:
      return .failFQ
    case .tick(let milliseconds):
      return .tick(milliseconds: new(.milliseconds, milliseconds))
    case .reserve(let iova, let length):
      return .reserve(iova: new(.iova, iova), length: new(.length, length))
    default:
      return replacingDriverNumbers(transform)
    }
  }

  /// The same for the operations that came with version 2.
  private func replacingDriverNumbers(_ transform: (NumberRole, UInt64) -> UInt64) -> Operation {
    func new<Number: FixedWidthInteger>(_ role: NumberRole, _ value: Number) -> Number {
      Number(transform(role, UInt64(value)))
    }
    switch self {
    case .dmaMapPhys(
      let handle, let pa, let length, let direction, let attributes, let limit, let cpu):
      return .dmaMapPhys(
        handle: new(.handle, handle), pa: new(.pa, pa), length: new(.length, length),
        direction: direction, attributes: attributes, limit: limit.map { new(.limit, $0) },
        cpu: new(.cpu, cpu))
    case .dmaMapSGAttrs(let handle, let direction, let pieces, let limit, let cpu):
      return .dmaMapSGAttrs(
        handle: new(.handle, handle), direction: direction,
        pieces: pieces.map { ScatterPiece(pa: new(.pa, $0.pa), length: new(.length, $0.length)) },
        limit: limit.map { new(.limit, $0) }, cpu: new(.cpu, cpu))
    case .dmaUnmapPhysOrSG(let handle, let cpu):
      return .dmaUnmapPhysOrSG(handle: new(.handle, handle), cpu: new(.cpu, cpu))
    case .dmaIOVAAlloc(let handle, let pa, let length, let limit, let cpu):
      return .dmaIOVAAlloc(
        handle: new(.handle, handle), pa: new(.pa, pa), length: new(.length, length),
        limit: limit.map { new(.limit, $0) }, cpu: new(.cpu, cpu))
    case .dmaIOVALink(let handle, let offset, let pa, let length, let direction, let attributes):
      return .dmaIOVALink(
        handle: new(.handle, handle), offset: new(.offset, offset), pa: new(.pa, pa),
        length: new(.length, length), direction: direction, attributes: attributes)
    case .dmaIOVASync(let handle, let offset, let length):
      return .dmaIOVASync(
        handle: new(.handle, handle), offset: new(.offset, offset), length: new(.length, length))
    case .dmaIOVAUnlink(let handle, let offset, let length):
      return .dmaIOVAUnlink(
        handle: new(.handle, handle), offset: new(.offset, offset), length: new(.length, length))
    case .dmaIOVADestroy(let handle, let length, let cpu):
      return .dmaIOVADestroy(
        handle: new(.handle, handle), length: new(.length, length), cpu: new(.cpu, cpu))
    case .dmaIOVAFree(let handle, let cpu):
      return .dmaIOVAFree(handle: new(.handle, handle), cpu: new(.cpu, cpu))
    default:
      preconditionFailure("an operation of version 1")
    }
  }

  /// Visits each number, in the order of ``replacingNumbers(_:)``.
  func forEachNumber(_ visit: (NumberRole, UInt64) -> Void) {
    _ = replacingNumbers { role, value in
      visit(role, value)
      return value
    }
  }
}

extension Scenario {
  /// All numbers of one role, in order of occurrence.
  func numbers(_ role: NumberRole) -> [UInt64] {
    var result: [UInt64] = []
    for operation in operations {
      operation.forEachNumber { if $0 == role { result.append($1) } }
    }
    return result
  }

  /// The scenario with each number of one role replaced; `transform` gets the number's place in
  /// ``numbers(_:)`` too.
  func replacing(
    _ role: NumberRole, _ transform: (_ occurrence: Int, _ value: UInt64) -> UInt64
  ) -> Scenario {
    var result = self
    var occurrence = 0
    for index in operations.indices {
      result.operations[index] = operations[index].replacingNumbers { found, value in
        guard found == role else { return value }
        defer { occurrence += 1 }
        return transform(occurrence, value)
      }
    }
    return result
  }
}
