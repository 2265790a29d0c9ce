// SPDX-License-Identifier: GPL-2.0-only

extension LineCursor {
  /// Version 2's operations on buffers and on mappings in two steps, or nil when `word` names none.
  /// `cpus` is the `dma` line's number of CPUs, 0 when there is none.
  mutating func driverOperation(_ word: ByteWord, cpus: UInt32) throws(LineFault) -> Operation? {
    switch word {
    case "dma_map", "dma_map_sg", "dma_unmap", "dma_iova_alloc", "dma_iova_link", "dma_iova_sync",
      "dma_iova_unlink", "dma_iova_destroy", "dma_iova_free":
      try checkLayer(word, cpus: cpus)
    default: return nil
    }
    let handle = try handle()
    switch word {
    case "dma_map": return try mapPhys(handle, cpus)
    case "dma_map_sg": return try mapSG(handle, cpus)
    case "dma_unmap":
      return .dmaUnmapPhysOrSG(handle: handle, cpu: try settings([.cpu], cpus).cpu ?? 0)
    case "dma_iova_alloc": return try alloc(handle, cpus)
    case "dma_iova_link": return try link(handle, cpus)
    case "dma_iova_sync":
      return .dmaIOVASync(handle: handle, offset: try offset(), length: try someLength())
    case "dma_iova_unlink":
      return .dmaIOVAUnlink(handle: handle, offset: try offset(), length: try someLength())
    case "dma_iova_destroy":
      let length = try argument("a length in bytes")
      return .dmaIOVADestroy(
        handle: handle, length: length, cpu: try settings([.cpu], cpus).cpu ?? 0)
    default:
      return .dmaIOVAFree(handle: handle, cpu: try settings([.cpu], cpus).cpu ?? 0)
    }
  }

  private mutating func mapPhys(_ handle: UInt16, _ cpus: UInt32) throws(LineFault) -> Operation {
    let pa = try argument("a physical address")
    let length = try argument("a length, 1 to 0x1000000000000 bytes", in: 1...1 << 48)
    let direction = try direction()
    let settings = try settings([.attributes, .limit, .cpu], cpus)
    return .dmaMapPhys(
      handle: handle, pa: pa, length: length, direction: direction,
      attributes: settings.attributes ?? [], limit: settings.limit, cpu: settings.cpu ?? 0)
  }

  private mutating func mapSG(_ handle: UInt16, _ cpus: UInt32) throws(LineFault) -> Operation {
    let direction = try direction()
    let pieces = try pieces(endingAt: "cl")
    let settings = try settings([.limit, .cpu], cpus)
    return .dmaMapSGAttrs(
      handle: handle, direction: direction, pieces: pieces, limit: settings.limit,
      cpu: settings.cpu ?? 0)
  }

  private mutating func alloc(_ handle: UInt16, _ cpus: UInt32) throws(LineFault) -> Operation {
    let pa = try argument("a physical address")
    let length = try someLength()
    let settings = try settings([.limit, .cpu], cpus)
    return .dmaIOVAAlloc(
      handle: handle, pa: pa, length: length, limit: settings.limit, cpu: settings.cpu ?? 0)
  }

  private mutating func link(_ handle: UInt16, _ cpus: UInt32) throws(LineFault) -> Operation {
    let offset = try offset()
    let pa = try argument("a physical address")
    let length = try someLength()
    let direction = try direction()
    return .dmaIOVALink(
      handle: handle, offset: offset, pa: pa, length: length, direction: direction,
      attributes: try settings([.attributes], cpus).attributes ?? [])
  }

  private mutating func offset() throws(LineFault) -> UInt64 {
    try argument("an offset into the range")
  }

  private mutating func someLength() throws(LineFault) -> UInt64 {
    try argument("a length of at least 1 byte", in: 1...UInt64.max)
  }

  // MARK: What may stand at the end

  private struct Settings: OptionSet {
    let rawValue: Int
    static let attributes = Settings(rawValue: 1)
    static let limit = Settings(rawValue: 2)
    static let cpu = Settings(rawValue: 4)

    var expected: String {
      var words: [String] = []
      if contains(.attributes) { words.append("`attrs=`") }
      if contains(.limit) { words.append("`limit=`") }
      if contains(.cpu) { words.append("`cpu=`") }
      return words.joined(separator: ", ") + " or the end of the line"
    }
  }

  /// Those of `allowed` that the line has.
  private mutating func settings(
    _ allowed: Settings, _ cpus: UInt32
  ) throws(LineFault) -> (attributes: DMAAttributes?, limit: UInt64?, cpu: UInt8?) {
    var attributes: DMAAttributes?
    var limit: UInt64?
    var cpu: UInt8?
    while let key = key() {
      switch key {
      case "attrs" where allowed.contains(.attributes):
        try beginValue(of: key, isRepeated: attributes != nil)
        attributes = try self.attributes()
      case "limit" where allowed.contains(.limit):
        try beginValue(of: key, isRepeated: limit != nil)
        limit = try number("an address mask")
      case "cpu" where allowed.contains(.cpu):
        cpu = try self.cpu(key, below: cpus, isRepeated: cpu != nil)
      default:
        throw fault(expected: allowed.expected, at: key.start)
      }
    }
    return (attributes, limit, cpu)
  }

  private mutating func attributes() throws(LineFault) -> DMAAttributes {
    var attributes: DMAAttributes = []
    repeat {
      let word = rest(endingAt: UInt8(ascii: ","))
      guard let bit = DMAAttributes.names.firstIndex(where: { word == $0 }),
        attributes.insert(DMAAttributes(rawValue: 1 << UInt32(bit))).inserted
      else {
        throw fault(
          expected: "attributes without repeats: mmio, require_coherent, privileged",
          at: word.start)
      }
    } while skip(UInt8(ascii: ","))
    return attributes
  }
}
