/* SPDX-License-Identifier: GPL-2.0-only */
/* Ours on purpose: page tables' own memory towards an incoherent walker, and memory encryption. */
#ifndef SHIM_DMA_H
#define SHIM_DMA_H

#include <linux/dma-direction.h>

void shim_incoherent(phys_addr_t address, bool on);
void shim_clean(phys_addr_t address, size_t bytes);

/* 7.1 names what is to be cleaned by its virtual address, later ones by the physical one. */
static inline phys_addr_t shim_clean_address(u64 address)
{
	return shim_in_arena((void *)address) ? virt_to_phys((void *)address) : address;
}

#define dma_map_single(dev, address, bytes, direction) \
	(shim_incoherent(virt_to_phys(address), true), virt_to_phys(address))
#define dma_unmap_single(dev, address, bytes, direction) shim_incoherent(address, false)
#define dma_sync_single_for_device(dev, address, bytes, direction) \
	shim_clean(shim_clean_address(address), bytes)

#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
#define DMA_BIT_MASK(bits) ((bits) == 64 ? ~0ull : (1ull << (bits)) - 1)
#define dma_mapping_error(dev, address) ((address) == DMA_MAPPING_ERROR)
#define dma_get_mask(dev) (*(dev)->dma_mask)

#define sme_me_mask (shim_current->sme_mask)
#define __sme_set(x) ((x) | sme_me_mask)
#define __sme_clr(x) ((x) & ~sme_me_mask)

#endif
