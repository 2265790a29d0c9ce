// SPDX-License-Identifier: GPL-2.0-only

extension TextBuffer {
  /// Appends the operation's canonical line.
  public mutating func append(_ operation: Operation) {
    switch operation {
    case .map(let iova, let pa, let length, let prot):
      append("map", hex: iova, pa, length, prot)
    case .mapRange(let iova, let pa, let length, let prot):
      append("map_range", hex: iova, pa, length, prot)
    case .unmap(let iova, let length):
      append("unmap", hex: iova, length)
    case .gather(let gather, let queued):
      append("gather", gather: gather)
      append(queued ? " queued" : " strict")
    case .unmapFast(let gather, let iova, let length):
      append("unmap_fast", gather: gather)
      append("", hex: iova, length)
    case .iotlbSync(let gather):
      append("iotlb_sync", gather: gather)
    case .flush(let gather):
      append("flush", gather: gather)
    case .iovaToPhys(let iova):
      append("iova_to_phys", hex: iova)
    case .setDirty(let iova):
      append("set_dirty", hex: iova)
    case .readAndClearDirty(let gather, let iova, let length, let keep):
      append("read_and_clear_dirty", gather: gather)
      append("", hex: iova, length)
      append(keep ? " keep" : " clear")
    case .failAlloc(let countdown):
      append("fail_alloc ")
      append(decimal: countdown)
    case .failFQ:
      append("fail_fq")
    case .tick(let milliseconds):
      append("tick ")
      append(decimal: milliseconds)
    case .reserve(let iova, let length):
      append("reserve", hex: iova, length)
    case .dmaMap, .dmaMapSG, .dmaUnmap, .relax:
      appendDMA(operation)
    default:
      appendDriverOperation(operation)
    }
    append(byte: UInt8(ascii: "\n"))
  }

  /// The operations that take `cpu=`.
  private mutating func appendDMA(_ operation: Operation) {
    switch operation {
    case .dmaMap(let handle, let pa, let length, let direction, let cpu):
      append("dma_map ")
      append(decimal: UInt64(handle))
      append("", hex: pa, length)
      append(byte: UInt8(ascii: " "))
      append(direction.name)
      append(cpu: cpu)
    case .dmaMapSG(let handle, let direction, let pieces, let cpu):
      appendList(handle, direction, pieces)
      append(cpu: cpu)
    case .dmaUnmap(let handle, let cpu):
      append("dma_unmap ")
      append(decimal: UInt64(handle))
      append(cpu: cpu)
    case .relax(let cpu):
      append("relax")
      append(cpu: cpu)
    default:
      preconditionFailure("takes no cpu=")
    }
  }

  /// `dma_map_sg` up to its pieces' end.
  mutating func appendList(
    _ handle: UInt16, _ direction: DMADirection, _ pieces: [ScatterPiece]
  ) {
    append("dma_map_sg ")
    append(decimal: UInt64(handle))
    append(byte: UInt8(ascii: " "))
    append(direction.name)
    for piece in pieces {
      append("", hex: piece.pa)
      append(byte: UInt8(ascii: ":"))
      append(hex: piece.length)
    }
  }

  private mutating func append(_ word: StaticString, gather: UInt8) {
    append(word)
    append(byte: UInt8(ascii: " "))
    append(decimal: UInt64(gather))
  }

  private mutating func append(_ word: StaticString, hex first: UInt64) {
    append(word)
    append(" ")
    append(hex: first)
  }

  mutating func append(_ word: StaticString, hex first: UInt64, _ second: UInt64) {
    append(word, hex: first)
    append("", hex: second)
  }

  private mutating func append(
    _ word: StaticString, hex iova: UInt64, _ pa: UInt64, _ length: UInt64, _ prot: Protection
  ) {
    append(word, hex: iova, pa)
    append("", hex: length)
    append(byte: UInt8(ascii: " "))
    append(prot)
  }

  mutating func append(cpu: UInt8) {
    guard cpu != 0 else { return }
    append(" cpu=")
    append(decimal: UInt64(cpu))
  }

  /// One letter a bit, `-` for none.
  private mutating func append(_ prot: Protection) {
    let letters = Protection.letters
    var isEmpty = true
    for bit in 0..<letters.utf8CodeUnitCount where prot.rawValue & (1 << bit) != 0 {
      append(byte: letters.utf8Start[bit])
      isEmpty = false
    }
    if isEmpty { append(byte: UInt8(ascii: "-")) }
  }
}

extension DMADirection {
  /// The word in scenario text, as in `enum dma_data_direction`.
  public var name: StaticString {
    switch self {
    case .bidirectional: "bidirectional"
    case .toDevice: "to_device"
    case .fromDevice: "from_device"
    }
  }
}

extension Operation {
  /// The canonical line without its line end.
  public var text: String {
    var buffer = TextBuffer()
    buffer.append(self)
    return String(buffer.string.dropLast())
  }
}
