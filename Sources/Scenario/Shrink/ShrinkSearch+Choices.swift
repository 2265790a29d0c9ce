// SPDX-License-Identifier: GPL-2.0-only

// Passes that make operations plainer without touching their numbers.

extension ShrinkSearch {
  /// Puts the plainer operation in place of its kin.
  mutating func simplifyKinds() {
    for index in best.operations.indices {
      for plainer in best.operations[index].plainerKinds {
        if attempt({ $0.operations[index] = plainer }) { break }
      }
    }
  }

  /// Drops protection letters, then makes modes and directions the plainest.
  mutating func simplifyChoices() {
    for bit in 0..<UInt32(Protection.letters.utf8CodeUnitCount) {
      let letter = Protection(rawValue: 1 << bit)
      attempt { scenario in
        for index in scenario.operations.indices {
          scenario.operations[index].removeProtection(letter)
        }
      }
      for index in best.operations.indices {
        attempt { $0.operations[index].removeProtection(letter) }
      }
    }
    for index in best.operations.indices { simplifyModes(at: index) }
  }

  /// Until the operation has no plainer kin that still fails.
  private mutating func simplifyModes(at index: Int) {
    var isPlainest = false
    while !isPlainest {
      isPlainest = true
      for plainer in best.operations[index].plainerModes {
        if attempt({ $0.operations[index] = plainer }) {
          isPlainest = false
          break
        }
      }
    }
  }
}

extension Operation {
  fileprivate var plainerKinds: [Operation] {
    switch self {
    case .mapRange(let iova, let pa, let length, let prot):
      return [.map(iova: iova, pa: pa, length: length, prot: prot)]
    case .dmaMapSG(let handle, let direction, let pieces, let cpu):
      return Self.buffers(like: pieces).map {
        .dmaMap(handle: handle, pa: $0.pa, length: $0.length, direction: direction, cpu: cpu)
      }
    case .dmaMapSGAttrs(let handle, let direction, let pieces, let limit, let cpu):
      return Self.buffers(like: pieces).map {
        .dmaMapPhys(
          handle: handle, pa: $0.pa, length: $0.length, direction: direction, attributes: [],
          limit: limit, cpu: cpu)
      }
    default:
      return []
    }
  }

  /// The first piece, and one of all the list's bytes, which takes the same place among the IOVAs.
  private static func buffers(like pieces: [ScatterPiece]) -> [ScatterPiece] {
    guard let piece = pieces.first, piece.length > 0 else { return [] }
    let whole = pieces.reduce(UInt64(0)) { $0 &+ $1.length }
    return [piece.length, whole].filter { 1...1 << 48 ~= $0 }
      .map { ScatterPiece(pa: piece.pa, length: $0) }
  }

  fileprivate mutating func removeProtection(_ letter: Protection) {
    switch self {
    case .map(let iova, let pa, let length, let prot):
      self = .map(iova: iova, pa: pa, length: length, prot: prot.subtracting(letter))
    case .mapRange(let iova, let pa, let length, let prot):
      self = .mapRange(iova: iova, pa: pa, length: length, prot: prot.subtracting(letter))
    default:
      break
    }
  }

  /// The operation with another mode or direction, the plainest first.
  fileprivate var plainerModes: [Operation] {
    switch self {
    case .gather(let gather, queued: true):
      return [.gather(gather, queued: false)]
    case .readAndClearDirty(let gather, let iova, let length, keep: true):
      return [.readAndClearDirty(gather: gather, iova: iova, length: length, keep: false)]
    case .dmaMap(let handle, let pa, let length, let direction, let cpu):
      return direction.plainer.map {
        .dmaMap(handle: handle, pa: pa, length: length, direction: $0, cpu: cpu)
      }
    case .dmaMapSG(let handle, let direction, let pieces, let cpu):
      return direction.plainer.map {
        .dmaMapSG(handle: handle, direction: $0, pieces: pieces, cpu: cpu)
      }
    default:
      return plainerDriverModes
    }
  }

  /// The same for what drivers call: without a limit, without attributes, another direction.
  private var plainerDriverModes: [Operation] {
    switch self {
    case .dmaMapPhys(
      let handle, let pa, let length, let direction, let attributes, let limit, let cpu):
      func with(
        _ direction: DMADirection, _ attributes: DMAAttributes, _ limit: UInt64?
      ) -> Operation {
        .dmaMapPhys(
          handle: handle, pa: pa, length: length, direction: direction, attributes: attributes,
          limit: limit, cpu: cpu)
      }
      return (limit == nil ? [] : [with(direction, attributes, nil)])
        + attributes.fewer.map { with(direction, $0, limit) }
        + direction.plainer.map { with($0, attributes, limit) }
    case .dmaMapSGAttrs(let handle, let direction, let pieces, let limit, let cpu):
      func with(_ direction: DMADirection, _ limit: UInt64?) -> Operation {
        .dmaMapSGAttrs(
          handle: handle, direction: direction, pieces: pieces, limit: limit, cpu: cpu)
      }
      return (limit == nil ? [] : [with(direction, nil)])
        + direction.plainer.map { with($0, limit) }
    case .dmaIOVAAlloc(let handle, let pa, let length, .some, let cpu):
      return [.dmaIOVAAlloc(handle: handle, pa: pa, length: length, limit: nil, cpu: cpu)]
    case .dmaIOVALink(
      let handle, let offset, let pa, let length, let direction, let attributes):
      func with(_ direction: DMADirection, _ attributes: DMAAttributes) -> Operation {
        .dmaIOVALink(
          handle: handle, offset: offset, pa: pa, length: length, direction: direction,
          attributes: attributes)
      }
      return attributes.fewer.map { with(direction, $0) }
        + direction.plainer.map { with($0, attributes) }
    default:
      return []
    }
  }
}

extension DMAAttributes {
  /// None of them, and each one less.
  fileprivate var fewer: [DMAAttributes] {
    if isEmpty { return [] }
    let bits = (0..<UInt32(Self.names.count)).map { DMAAttributes(rawValue: 1 << $0) }
    return [[]] + bits.filter { contains($0) && self != $0 }.map { subtracting($0) }
  }
}

extension DMADirection {
  fileprivate var plainer: [DMADirection] {
    Self.allCases.filter { $0.rawValue < rawValue }
  }
}
