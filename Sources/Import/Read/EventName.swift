// SPDX-License-Identifier: GPL-2.0-only

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

  /// The text, which ends the line, is the start of a name, or a name without its colon.
  static func isBegun(_ text: Slice) -> Bool {
    let names: [StaticString] = [
      "iommu:", "dma:", "map", "unmap", "io_page_fault", "dma_map_phys", "dma_map_page",
      "dma_map_resource", "dma_map_sg", "dma_unmap_phys", "dma_unmap_page", "dma_unmap_resource",
      "dma_unmap_sg", "dma_alloc_pages", "dma_alloc_sgt", "dma_free_pages", "dma_free_sgt",
    ]
    return names.contains { name in
      text.count <= name.utf8CodeUnitCount
        && (0..<text.count).allSatisfy { text.start[$0] == name.utf8Start[$0] }
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
