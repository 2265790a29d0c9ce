// SPDX-License-Identifier: GPL-2.0-only

/// The keys that an event's text has.
struct EventKeys: OptionSet {
  var rawValue: UInt32
  static let iova = EventKeys(rawValue: 1)
  static let pa = EventKeys(rawValue: 2)
  static let size = EventKeys(rawValue: 4)
  static let unmapped = EventKeys(rawValue: 8)
  static let flags = EventKeys(rawValue: 16)
  static let address = EventKeys(rawValue: 32)
  static let attributes = EventKeys(rawValue: 64)
  static let physicalList = EventKeys(rawValue: 128)
  static let addressList = EventKeys(rawValue: 256)
  static let sizes = EventKeys(rawValue: 512)
  static let group = EventKeys(rawValue: 1024)
  static let device = EventKeys(rawValue: 2048)
  static let direction = EventKeys(rawValue: 4096)

  /// As an error names the first that is missing.
  var name: String {
    let all: [(EventKeys, String)] = [
      (.device, "a device"), (.iova, "iova="), (.pa, "a physical address"), (.size, "size="),
      (.unmapped, "unmapped_size="), (.flags, "flags="), (.address, "dma_addr="),
      (.addressList, "dma_addrs="), (.sizes, "sizes="), (.physicalList, "phys_addrs="),
      (.group, "groupID="), (.direction, "dir="),
    ]
    return all.first { contains($0.0) }?.1 ?? "more"
  }
}
