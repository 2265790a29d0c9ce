// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What came of the text of one event.
enum EventOutcome {
  case event
  /// It is complete but for `attrs=`, which may stand in a continuation.
  case usable
  /// Not one of those that are read.
  case other
  /// It ends too early, or is broken; `column` counts from 1.
  case fault(column: Int, message: String)
}

/// The events by name.
enum EventName {
  /// The kind of event of that name; nil for those that are not read.
  @inline(__always)
  static func kind(_ name: Slice) -> TraceEventKind? {
    switch name.count {
    case 3: return name == "map" ? .map : nil
    case 5: return name == "unmap" ? .unmap : nil
    default: return name.hasPrefix("dma_") ? dma(name) : device(name)
    }
  }

  private static func device(_ name: Slice) -> TraceEventKind? {
    switch name {
    case "io_page_fault": .fault
    case "attach_device_to_domain": .attach
    case "detach_device_from_domain": .detach
    case "add_device_to_group": .joinGroup
    case "remove_device_from_group": .leaveGroup
    default: nil
    }
  }

  private static func dma(_ name: Slice) -> TraceEventKind? {
    switch name {
    case "dma_map_phys", "dma_map_page", "dma_map_resource": .dmaMap
    case "dma_unmap_phys", "dma_unmap_page", "dma_unmap_resource": .dmaUnmap
    case "dma_map_sg": .dmaMapList
    case "dma_unmap_sg": .dmaUnmapList
    case "dma_alloc", "dma_alloc_pages": .dmaAlloc
    case "dma_free", "dma_free_pages": .dmaFree
    case "dma_alloc_sgt": .dmaAllocList
    case "dma_free_sgt": .dmaFreeList
    case "dma_map_sg_err", "dma_alloc_sgt_err": .dmaError
    default: nil
    }
  }
}

/// Reads what stands behind an event's name.
struct EventText {
  /// The keys that were seen.
  private struct Keys: OptionSet {
    var rawValue: UInt32
    static let iova = Keys(rawValue: 1)
    static let pa = Keys(rawValue: 2)
    static let size = Keys(rawValue: 4)
    static let unmapped = Keys(rawValue: 8)
    static let flags = Keys(rawValue: 16)
    static let address = Keys(rawValue: 32)
    static let attributes = Keys(rawValue: 64)
    static let physicalList = Keys(rawValue: 128)
    static let addressList = Keys(rawValue: 256)
    static let sizes = Keys(rawValue: 512)
    static let group = Keys(rawValue: 1024)
    static let device = Keys(rawValue: 2048)
    static let direction = Keys(rawValue: 4096)
  }

  private var seen: Keys = []
  /// The end of the range, where the line gives one; exclusive.
  private var rangeEnd: UInt64?

  /// Fills `event`, whose kind is known, from the rest of the line.
  static func read(
    _ scan: inout Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> EventOutcome {
    var text = EventText()
    return text.read(&scan, &event, &names)
  }

  private mutating func read(
    _ scan: inout Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> EventOutcome {
    scan.skipSpaces()
    // The numbers behind it have no base that could be told.
    if scan.sees("[FAILED TO PARSE]") { return missing(scan, "an event that was parsed") }
    switch event.kind {
    case .map, .unmap:
      // Another subsystem may have an event of that name.
      if !scan.skip("IOMMU:") { return scan.isAtEnd ? missing(scan, "IOMMU:") : .other }
    case .fault, .attach, .detach, .joinGroup, .leaveGroup:
      if !scan.skip("IOMMU:") { return missing(scan, "IOMMU:") }
      if event.kind == .fault { readFaultNames(&scan, &event, &names) }
    default:
      let device = scan.word()
      event.device = names.number(of: device)
      if device.count > 0 { seen.insert(.device) }
    }
    while true {
      scan.skipSpaces()
      if scan.isAtEnd { break }
      let key = scan.word(until: UInt8(ascii: "="))
      guard scan.skip(UInt8(ascii: "=")) else { continue }
      if let fault = readValue(key, &scan, &event, &names) { return fault }
    }
    return finish(scan, &event)
  }

  /// `amd_iommu 0000:01:00.0 iova=…`; the driver's name may be missing.
  private mutating func readFaultNames(
    _ scan: inout Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) {
    let isAttached = !scan.isAtEnd && !Scan.isSpace(scan.at.pointee)
    var words: [Slice] = []
    while true {
      scan.skipSpaces()
      if scan.isAtEnd || scan.sees("iova=") { break }
      words.append(scan.word())
    }
    guard let device = words.last, words.count > 1 || !isAttached else { return }
    event.device = names.number(of: device)
    if words.count > 1 { event.driver = names.number(of: words[0]) }
    seen.insert(.device)
  }

  /// Reads the value of a key; returns what is wrong with it.
  @inline(__always)
  private mutating func readValue(
    _ key: Slice, _ scan: inout Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> EventOutcome? {
    switch key {
    case "iova":
      guard scan.sees("0x"), let value = number(&scan, hex: true) else {
        return broken(scan, "a hexadecimal address behind iova=")
      }
      event.iova = value
      seen.insert(.iova)
      return readRangeEnd(&scan)
    case "paddr":
      if !readHidden(&scan, &event) {
        guard scan.sees("0x"), let value = number(&scan, hex: true) else {
          return broken(scan, "a hexadecimal address behind paddr=")
        }
        event.pa = value
      }
      seen.insert(.pa)
    case "size":
      guard let value = number(&scan, hex: false) else {
        return broken(scan, "a number behind size=")
      }
      event.size = value
      seen.insert(.size)
    case "unmapped_size":
      guard let value = number(&scan, hex: false) else {
        return broken(scan, "a number behind unmapped_size=")
      }
      event.unmapped = value
      seen.insert(.unmapped)
    case "dma_addr":
      guard let value = number(&scan, hex: true) else {
        return broken(scan, "a hexadecimal address behind dma_addr=")
      }
      event.iova = value
      seen.insert(.address)
    case "phys_addr":
      if !readHidden(&scan, &event) {
        guard let value = number(&scan, hex: true) else {
          return broken(scan, "a hexadecimal address behind phys_addr=")
        }
        event.pa = value
      }
      seen.insert(.pa)
    case "dir":
      guard let value = direction(scan.word()) else {
        return broken(scan, "a direction behind dir=")
      }
      event.direction = value
      seen.insert(.direction)
    case "attrs":
      readAttributes(scan.word(), &event)
      seen.insert(.attributes)
    default:
      return readRareValue(key, &scan, &event, &names)
    }
    return nil
  }

  private mutating func readRareValue(
    _ key: Slice, _ scan: inout Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> EventOutcome? {
    switch key {
    case "flags":
      guard event.kind == .fault else {
        _ = scan.word()
        return nil
      }
      guard let value = number(&scan, hex: scan.sees("0x")) else {
        return broken(scan, "a number behind flags=")
      }
      event.flags = value
      seen.insert(.flags)
    case "groupID":
      guard let value = number(&scan, hex: false) else {
        return broken(scan, "a number behind groupID=")
      }
      event.flags = value
      seen.insert(.group)
    case "device", "dev":
      event.device = names.number(of: scan.word())
      seen.insert(.device)
    case "virt_addr":
      _ = scan.skip("0x")
      let word = scan.word()
      event.isHashed = word.count > 0 && !(word.count == 16 && word.hasPrefix("ffff"))
    case "phys_addrs":
      return readList(&scan, &event, .physicalList) { $0.physical = $1 }
    case "dma_addrs":
      return readList(&scan, &event, .addressList) { $0.addresses = $1 }
    case "sizes":
      return readList(&scan, &event, .sizes) { $0.sizes = $1 }
    case "nents", "ents":
      _ = scan.word()
      scan.skipSpaces()
      if scan.skip("[TRUNCATED]") { list(&event).isTruncated = true }
    default:
      _ = scan.word()
    }
    return nil
  }

  /// `(____ptrval____)`: the kernel would not say.
  @inline(__always)
  private func readHidden(_ scan: inout Scan, _ event: inout TraceEvent) -> Bool {
    guard scan.sees("(") else { return false }
    _ = scan.word()
    event.isHashed = true
    event.hidesPhysical = true
    return true
  }

  @inline(__always)
  private func number(_ scan: inout Scan, hex: Bool) -> UInt64? {
    guard let value = hex ? scan.hexadecimal() : scan.number(),
      scan.isAtEnd || Scan.isSpace(scan.at.pointee)
    else { return nil }
    return value
  }

  /// ` - 0x…`, which newer kernels print: the address behind the last.
  @inline(__always)
  private mutating func readRangeEnd(_ scan: inout Scan) -> EventOutcome? {
    scan.skipSpaces()
    guard scan.skip(UInt8(ascii: "-")) else { return nil }
    scan.skipSpaces()
    guard scan.sees("0x"), let value = number(&scan, hex: true) else {
      return broken(scan, "the range's end, a hexadecimal address")
    }
    rangeEnd = value
    return nil
  }

  private func direction(_ word: Slice) -> DMADirection? {
    switch word {
    case "TO_DEVICE", "1", "0x1": .toDevice
    case "FROM_DEVICE", "2", "0x2": .fromDevice
    case "BIDIRECTIONAL", "0", "0x0", "NONE", "3", "0x3": .bidirectional
    default: nil
    }
  }

  /// Words between bars.
  private func readAttributes(_ word: Slice, _ event: inout TraceEvent) {
    if word.count == 0 { return }
    if word.contains("MMIO") { event.attributes.insert(.mmio) }
    if word.contains("REQUIRE_COHERENT") { event.attributes.insert(.requireCoherent) }
    if word.contains("PRIVILEGED") { event.attributes.insert(.privileged) }
  }

  private func list(_ event: inout TraceEvent) -> TracedList {
    if let list = event.list { return list }
    let list = TracedList()
    event.list = list
    return list
  }

  /// `{0x1000,0x2000}` as the kernel prints it, or `4096 8192` as libtraceevent does.
  private mutating func readList(
    _ scan: inout Scan, _ event: inout TraceEvent, _ key: Keys,
    _ put: (TracedList, [UInt64]) -> Void
  ) -> EventOutcome? {
    var values: [UInt64] = []
    let isBraced = scan.skip(UInt8(ascii: "{"))
    scan.skipSpaces()
    while isBraced ? !scan.skip(UInt8(ascii: "}")) : startsNumber(scan) {
      guard let value = scan.number() else { return broken(scan, "a number or the list's end") }
      values.append(value)
      scan.skipSpaces()
      if isBraced { _ = scan.skip(UInt8(ascii: ",")) }
      scan.skipSpaces()
    }
    put(list(&event), values)
    seen.insert(key)
    return nil
  }

  /// A digit stands here, and no key.
  private func startsNumber(_ scan: Scan) -> Bool {
    !scan.isAtEnd && Scan.isDigit(scan.at.pointee)
  }

  private func missing(_ scan: Scan, _ what: String) -> EventOutcome {
    var probe = scan
    let word = probe.word()
    let found = word.count == 0 ? "the end of the line" : word.quoted
    return .fault(column: scan.column, message: "expected \(what), found \(found)")
  }

  /// Says where the value that was not taken stands.
  private func broken(_ scan: Scan, _ expected: String) -> EventOutcome {
    var place = scan
    // A value that was begun is named from its start.
    while place.at > place.start, !Scan.isSpace(place.at[-1]), place.at[-1] != UInt8(ascii: "="),
      place.at[-1] != UInt8(ascii: "{"), place.at[-1] != UInt8(ascii: ",")
    { place.at -= 1 }
    return missing(place, expected)
  }

  @inline(__always)
  private mutating func finish(_ scan: Scan, _ event: inout TraceEvent) -> EventOutcome {
    let needed: Keys
    switch event.kind {
    case .map: needed = [.iova, .pa, .size]
    case .unmap: needed = [.iova, .size, .unmapped]
    case .fault: needed = [.device, .iova, .flags]
    case .attach, .detach: needed = [.device]
    case .joinGroup, .leaveGroup: needed = [.group, .device]
    case .dmaMap: needed = [.device, .address, .size, .pa, .direction]
    case .dmaUnmap: needed = [.device, .address, .size]
    case .dmaAlloc, .dmaFree: needed = [.device, .address, .size]
    case .dmaMapList: needed = [.device, .addressList, .sizes, .physicalList, .direction]
    case .dmaUnmapList: needed = [.device, .physicalList]
    case .dmaAllocList, .dmaFreeList: needed = [.device, .address, .size, .physicalList]
    case .dmaError, .lost: needed = [.device]
    }
    if !seen.isSuperset(of: needed) { return missing(scan, name(of: needed.subtracting(seen))) }
    if let end = rangeEnd, event.iova &+ event.size != end {
      return .fault(
        column: scan.column, message: "expected a size that the range has, found another")
    }
    switch event.kind {
    case .dmaMap, .dmaUnmap, .dmaMapList, .dmaUnmapList, .dmaAlloc, .dmaFree, .dmaAllocList:
      return seen.contains(.attributes) ? .event : .usable
    default: return .event
    }
  }

  private func name(of keys: Keys) -> String {
    let all: [(Keys, String)] = [
      (.device, "a device"), (.iova, "iova="), (.pa, "a physical address"), (.size, "size="),
      (.unmapped, "unmapped_size="), (.flags, "flags="), (.address, "dma_addr="),
      (.addressList, "dma_addrs="), (.sizes, "sizes="), (.physicalList, "phys_addrs="),
      (.group, "groupID="), (.direction, "dir="),
    ]
    return all.first { keys.contains($0.0) }?.1 ?? "more"
  }
}
