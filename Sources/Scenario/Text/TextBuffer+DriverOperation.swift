// SPDX-License-Identifier: GPL-2.0-only

extension TextBuffer {
  /// Appends an operation that came with version 2, without the line end.
  mutating func appendDriverOperation(_ operation: Operation) {
    switch operation {
    case .dmaMapPhys(
      let handle, let pa, let length, let direction, let attributes, let limit, let cpu):
      append("dma_map ", handle, " ")
      append(hex: pa)
      append(" ", hex: length)
      append(direction, attributes)
      append(limit: limit)
      append(cpu: cpu)
    case .dmaMapSGAttrs(let handle, let direction, let pieces, let limit, let cpu):
      appendList(handle, direction, pieces)
      append(limit: limit)
      append(cpu: cpu)
    case .dmaUnmapPhysOrSG(let handle, let cpu):
      append("dma_unmap ", handle, "")
      append(cpu: cpu)
    default:
      appendTwoStep(operation)
    }
  }

  private mutating func appendTwoStep(_ operation: Operation) {
    switch operation {
    case .dmaIOVAAlloc(let handle, let pa, let length, let limit, let cpu):
      append("dma_iova_alloc ", handle, "")
      append("", hex: pa, length)
      append(limit: limit)
      append(cpu: cpu)
    case .dmaIOVALink(let handle, let offset, let pa, let length, let direction, let attributes):
      append("dma_iova_link ", handle, "")
      append("", hex: offset, pa)
      append(" ", hex: length)
      append(direction, attributes)
    case .dmaIOVASync(let handle, let offset, let length):
      append("dma_iova_sync ", handle, "")
      append("", hex: offset, length)
    case .dmaIOVAUnlink(let handle, let offset, let length):
      append("dma_iova_unlink ", handle, "")
      append("", hex: offset, length)
    case .dmaIOVADestroy(let handle, let length, let cpu):
      append("dma_iova_destroy ", handle, " ")
      append(hex: length)
      append(cpu: cpu)
    case .dmaIOVAFree(let handle, let cpu):
      append("dma_iova_free ", handle, "")
      append(cpu: cpu)
    default:
      preconditionFailure("an operation of version 1")
    }
  }

  private mutating func append(_ word: StaticString, _ handle: UInt16, _ end: StaticString) {
    append(word)
    append(decimal: UInt64(handle))
    append(end)
  }

  private mutating func append(_ space: StaticString, hex value: UInt64) {
    append(space)
    append(hex: value)
  }

  private mutating func append(_ direction: DMADirection, _ attributes: DMAAttributes) {
    append(byte: UInt8(ascii: " "))
    append(direction.name)
    var separator: StaticString = " attrs="
    for (bit, name) in DMAAttributes.names.enumerated()
    where attributes.rawValue & (1 << UInt32(bit)) != 0 {
      append(separator)
      append(name)
      separator = ","
    }
  }

  private mutating func append(limit: UInt64?) {
    guard let limit else { return }
    append(" limit=")
    append(hex: limit)
  }
}
