// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What came of the text of one event.
enum EventOutcome {
  case event
  /// It can stand as it is, but what ends it may go on in a continuation.
  case usable
  /// Not one of those that are read.
  case other
  /// It ends too early, or is broken; `column` counts from 1.
  case fault(column: Int, message: String)
}

/// Reads what stands behind an event's name.
struct EventText {
  private var seen: EventKeys = []
  /// The end of the range, where the line gives one; exclusive.
  private var rangeEnd: UInt64?
  /// Entries that the line says its lists have; nil where it does not.
  private var physicalCount: UInt64?
  private var addressCount: UInt64?
  /// `attrs=` ends in what is the start of an attribute's name.
  private var isCutInAttributes = false

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
      if !scan.skip("IOMMU:") {
        return isBegun(scan, "IOMMU:") ? missing(scan, "IOMMU:") : .other
      }
    case .fault, .attach, .detach, .joinGroup, .leaveGroup:
      if !scan.skip("IOMMU:") { return missing(scan, "IOMMU:") }
      if event.kind == .fault, !readFaultNames(&scan, &event, &names) {
        return missing(scan, "iova= behind a driver and a device")
      }
    default:
      let device = scan.word()
      event.device = names.number(of: device)
      if device.count > 0 { seen.insert(.device) }
    }
    while true {
      scan.skipSpaces()
      if scan.isAtEnd { break }
      let place = scan
      let key = scan.word(until: UInt8(ascii: "="))
      // What stands between fields may be the rest of the one before: nothing is passed over.
      guard scan.skip(UInt8(ascii: "=")) else { return missing(place, "a field") }
      if let fault = readValue(key, &scan, &event, &names) { return fault }
    }
    return finish(scan, &event)
  }

  /// The rest of the line is the start of the word.
  private func isBegun(_ scan: Scan, _ word: StaticString) -> Bool {
    let count = scan.end - scan.at
    return count < word.utf8CodeUnitCount
      && (0..<count).allSatisfy { scan.at[$0] == word.utf8Start[$0] }
  }

  /// `amd_iommu 0000:01:00.0 iova=…`; the driver's name may be missing. False: there are others.
  private mutating func readFaultNames(
    _ scan: inout Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> Bool {
    let isAttached = !scan.isAtEnd && !Scan.isSpace(scan.at.pointee)
    var words: [Slice] = []
    while true {
      scan.skipSpaces()
      if scan.isAtEnd || scan.sees("iova=") { break }
      words.append(scan.word())
    }
    guard words.count < 3 else { return false }
    guard let device = words.last, words.count > 1 || !isAttached else { return true }
    event.device = names.number(of: device)
    if words.count > 1 { event.driver = names.number(of: words[0]) }
    seen.insert(.device)
    return true
  }

  /// Reads the value of a key; returns what is wrong with it.
  @inline(__always)
  private mutating func readValue(
    _ key: Slice, _ scan: inout Scan, _ event: inout TraceEvent, _ names: inout NameTable
  ) -> EventOutcome? {
    switch key {
    case "iova":
      guard let value = wide(&scan) else {
        return narrow(scan, "iova=")
      }
      event.iova = value
      seen.insert(.iova)
      return readRangeEnd(&scan)
    case "paddr":
      if !readHidden(&scan, &event) {
        guard let value = wide(&scan) else {
          return narrow(scan, "paddr=")
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
      let first = scan
      let isHex = scan.sees("0x")
      guard let value = number(&scan, hex: isHex), !isHex || scan.at - first.at >= 6 else {
        return broken(first, "a number of 4 digits behind flags=")
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
      guard let count = readCount(&scan) else { return broken(scan, "two numbers and /") }
      if key == "nents" { physicalCount = count } else { addressCount = count }
      scan.skipSpaces()
      if scan.skip("[TRUNCATED]") { list(&event).isTruncated = true }
    default:
      _ = scan.word()
    }
    return nil
  }

  /// `128/200`: entries that are printed, and all.
  private func readCount(_ scan: inout Scan) -> UInt64? {
    guard let count = scan.decimal(), scan.skip(UInt8(ascii: "/")), scan.decimal() != nil,
      scan.isAtEnd || Scan.isSpace(scan.at.pointee)
    else { return nil }
    return count
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

  /// `0x` and the 16 digits that every kernel prints: fewer are a part of them.
  @inline(__always)
  private func wide(_ scan: inout Scan) -> UInt64? {
    let first = scan.at
    guard scan.sees("0x"), let value = number(&scan, hex: true), scan.at - first == 18 else {
      return nil
    }
    return value
  }

  private func narrow(_ scan: Scan, _ key: String) -> EventOutcome {
    let isNumber = scan.isAtEnd || Scan.isSpace(scan.at.pointee)
    return broken(scan, "a hexadecimal address \(isNumber ? "of 16 digits " : "")behind \(key)")
  }

  /// ` - 0x…`, which newer kernels print: the address behind the last.
  @inline(__always)
  private mutating func readRangeEnd(_ scan: inout Scan) -> EventOutcome? {
    scan.skipSpaces()
    guard scan.skip(UInt8(ascii: "-")) else { return nil }
    scan.skipSpaces()
    guard let value = wide(&scan) else {
      return broken(scan, "the range's end, a hexadecimal address of 16 digits")
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
  private mutating func readAttributes(_ word: Slice, _ event: inout TraceEvent) {
    if word.count == 0 { return }
    isCutInAttributes = AttributeNames.isCut(word)
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
    _ scan: inout Scan, _ event: inout TraceEvent, _ key: EventKeys,
    _ put: (TracedList, [UInt64]) -> Void
  ) -> EventOutcome? {
    var values: [UInt64] = []
    let isBraced = scan.skip(UInt8(ascii: "{"))
    scan.skipSpaces()
    while isBraced ? !scan.skip(UInt8(ascii: "}")) : startsNumber(scan) {
      guard let value = scan.number() else { return broken(scan, "a number or the list's end") }
      values.append(value)
      guard isBraced || scan.isAtEnd || Scan.isSpace(scan.at.pointee) else {
        return broken(scan, "a number or the list's end")
      }
      scan.skipSpaces()
      if isBraced, !scan.skip(UInt8(ascii: ",")), !scan.sees("}") {
        return missing(scan, ", or }")
      }
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
    let needed: EventKeys
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
    if !seen.isSuperset(of: needed) { return missing(scan, needed.subtracting(seen).name) }
    if let end = rangeEnd, event.iova &+ event.size != end {
      return .fault(
        column: scan.column, message: "expected a size that the range has, found another")
    }
    if let fault = miscounted(scan, event) { return fault }
    switch event.kind {
    case .dmaMap, .dmaUnmap, .dmaMapList, .dmaUnmapList, .dmaAlloc, .dmaFree, .dmaAllocList:
      if isCutInAttributes { return missing(scan, "the rest of an attribute") }
      // Attributes, or the rest of them, may stand in the next line.
      return .usable
    // Nothing else tells whether the size is whole.
    case .map: return rangeEnd == nil ? .usable : .event
    case .unmap: return event.unmapped == event.size ? .event : .usable
    default: return .event
    }
  }

  /// Lists of which a number was broken have more entries than the line says.
  private func miscounted(_ scan: Scan, _ event: TraceEvent) -> EventOutcome? {
    guard event.kind == .dmaMapList, let list = event.list else { return nil }
    if let count = physicalCount, count != list.physical.count {
      return missing(scan, "\(count) entries in phys_addrs=")
    }
    if let count = addressCount, count != list.addresses.count || count != list.sizes.count {
      return missing(scan, "\(count) entries in dma_addrs= and sizes=")
    }
    return list.addresses.count == list.sizes.count
      ? nil : missing(scan, "as many entries in sizes= as in dma_addrs=")
  }
}
