/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stubbed: what the DMA layer's file mentions and no scenario reaches. There is
 * no PCI, no MSI, no bounce buffer, no user space and no remapped memory here.
 */

#undef dma_map_single
#undef dma_unmap_single
#undef dma_sync_single_for_device
#undef dma_mapping_error
#undef dma_get_mask
#undef DMA_MAPPING_ERROR
#undef DMA_BIT_MASK
#include TREE_DMA_MAPPING
/* The scenario's limit is taken literally. */
#define dma_get_mask(dev) (*(dev)->dma_mask)

#define shim_nothing(...) ((void)0)
#define shim_zero(...) 0
#define shim_null(...) NULL

/* Memory. */
typedef struct {
	unsigned long bits;
} pgprot_t;
struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_pgoff;
	pgprot_t vm_page_prot;
};
#define PAGE_KERNEL ((pgprot_t){})
#define VM_MAP 0
#define dma_pgprot(dev, prot, attrs) (prot)
#define alloc_pages_node shim_null
#define __free_page shim_nothing
#define split_page shim_nothing
#define vmalloc_to_page shim_null
#define vmalloc_to_pfn shim_zero
#define vmap shim_null
#define vunmap shim_nothing
#define vma_pages shim_zero
#define vm_map_pages(...) (-ENXIO)
#define remap_pfn_range(...) (-ENXIO)
#define dma_common_find_pages shim_null
#define dma_common_pages_remap shim_null
#define dma_common_contiguous_remap shim_null
#define dma_common_free_remap shim_nothing
#define dma_alloc_contiguous shim_null
#define dma_free_contiguous shim_nothing
#define dma_alloc_from_pool shim_null
#define dma_free_from_pool(...) false
#define dma_mmap_from_dev_coherent(...) false
#define arch_dma_prep_coherent shim_nothing
#define arch_sync_dma_for_device shim_nothing
#define arch_sync_dma_for_cpu shim_nothing
#define arch_sync_dma_flush shim_nothing
#define dma_kmalloc_safe(...) true
#define dma_kmalloc_size_aligned(...) true
#define dma_kmalloc_needs_bounce(...) false

/* Bounce buffers. */
#define is_swiotlb_active(...) false
#define swiotlb_tbl_map_single(...) DMA_MAPPING_ERROR
#define swiotlb_tbl_unmap_single shim_nothing
#define swiotlb_sync_single_for_device shim_nothing
#define swiotlb_sync_single_for_cpu shim_nothing
#define swiotlb_max_mapping_size shim_zero

/* Buses. */
struct resource {
	resource_size_t start, end;
};
struct resource_entry {
	struct list_head node;
	struct resource *res;
	resource_size_t offset;
};
struct pci_dev {
	struct device dev;
	void *bus;
	bool untrusted;
};
struct pci_host_bridge {
	struct list_head windows, dma_ranges;
};
struct pci_p2pdma_map_state {
	void *mem;
};
enum {
	PCI_P2PDMA_MAP_NONE,
	PCI_P2PDMA_MAP_BUS_ADDR,
	PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
};
#define IORESOURCE_MEM 1
#define resource_type shim_zero
#define resource_list_for_each_entry(entry, list) list_for_each_entry(entry, list, node)
#define to_pci_dev(device) container_of(device, struct pci_dev, dev)
#define pci_find_host_bridge(bus) ((struct pci_host_bridge *)(bus))
#define pci_p2pdma_state(...) PCI_P2PDMA_MAP_NONE
#define pci_p2pdma_bus_addr_map shim_zero
#define dma_range_map_min shim_zero
#define dma_range_map_max shim_zero
#define iort_iommu_get_resv_regions shim_nothing
#define of_iommu_get_resv_regions shim_nothing
#define list_sort shim_nothing
#define dev_assign_dma_iommu shim_nothing
#define dev_clear_dma_iommu shim_nothing

/* MSIs. */
#define msi_desc_to_dev(desc) ((struct device *)NULL)
#define msi_desc_set_iommu_msi_iova shim_nothing

/* The machine. */
#define kstrtobool(text, flag) ((void)(text), (void)(flag), 0)
#define is_kdump_kernel(...) false
#define arch_initcall(function) \
	static void *__attribute__((__unused__)) __PASTE(shim_init_, function) = function

/* Can the number not be held by the type of the other? */
#define overflows_type(number, holder)                          \
	({                                                      \
		typeof(holder) shim_held;                       \
		__builtin_add_overflow(number, 0, &shim_held);  \
	})
