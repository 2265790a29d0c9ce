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
    for index in best.operations.indices {
      for plainer in best.operations[index].plainerModes {
        if attempt({ $0.operations[index] = plainer }) { break }
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
      guard let piece = pieces.first, piece.length > 0 else { return [] }
      // All of the list's bytes take the same place among the IOVAs.
      let whole = pieces.reduce(UInt64(0)) { $0 &+ $1.length }
      return [piece.length, whole].filter { 1...1 << 48 ~= $0 }.map {
        .dmaMap(handle: handle, pa: piece.pa, length: $0, direction: direction, cpu: cpu)
      }
    default:
      return []
    }
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
      return []
    }
  }
}

extension DMADirection {
  fileprivate var plainer: [DMADirection] {
    Self.allCases.filter { $0.rawValue < rawValue }
  }
}
