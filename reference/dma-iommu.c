/* SPDX-License-Identifier: GPL-2.0-only */
#include "dma-iommu.h"

#include "iommu-services.h"

#include <errno.h>
#include <stdlib.h>

/* The system's pages; no granule is larger. */
#define PAGE_SIZE UINT64_C(0x1000)
#define DMA_32BIT_MASK UINT64_C(0xffffffff)

static struct iommu_dma_cookie *cookie_alloc(struct iommu_domain *domain,
					     const struct iopt_config *whole)
{
	const struct iopt_dma_config *config = &whole->dma;
	struct iommu_dma_cookie *dma = calloc(1, sizeof(*dma));

	if (!dma)
		return NULL;
	dma->domain = domain;
	dma->cpus = config->cpus;
	dma->options = (struct iommu_dma_options){
		.qt = config->queue,
		.fq_size = config->ring_size,
		.fq_timeout = config->timeout,
	};
	dma->dma_mask = config->limit;
	dma->pci_32bit_workaround = config->pci32;
	dma->iovad.domain = domain;
	dma->iovad.timers = &dma->timers;
	dma->iovad.magazine_size = IOVA_MAG_SIZE;
	if (iopt_has(whole, dma_magazine) && whole->dma_magazine)
		dma->iovad.magazine_size = whole->dma_magazine;
	if (iopt_has(whole, dma_fail_magazine))
		dma->iovad.fail_magazine = whole->dma_fail_magazine;
	return dma;
}

int iommu_dma_init_domain(struct iommu_domain *domain, const struct iopt_config *config)
{
	uint64_t granule = domain->pgsize_bitmap & -domain->pgsize_bitmap;
	struct iommu_dma_cookie *dma;
	uint64_t start_pfn;

	/* The allocator insists on a granule that a page is made of. */
	if (!granule || granule > PAGE_SIZE)
		return -EFAULT;
	dma = cookie_alloc(domain, config);
	if (!dma)
		return -ENOMEM;
	/* Page 0 is never an address. */
	start_pfn = domain->aperture_start / granule;
	if (!start_pfn)
		start_pfn = 1;
	if (!init_iova_domain(&dma->iovad, granule, start_pfn, dma->cpus)) {
		free(dma);
		return -ENOMEM;
	}
	domain->iova_cookie = dma;
	if (config->dma.mode == IOPT_DMA_FQ)
		iommu_dma_init_fq(domain);
	return 0;
}

void iommu_put_dma_cookie(struct iommu_domain *domain)
{
	struct iommu_dma_cookie *dma = domain->iova_cookie;

	if (!dma)
		return;
	iommu_dma_forget_fq(dma);
	put_iova_domain(&dma->iovad);
	free(dma);
	domain->iova_cookie = NULL;
}

uint32_t dma_info_to_prot(enum iopt_direction dir, uint32_t attrs)
{
	uint32_t prot = attrs & IOPT_ATTR_MMIO ? IOPT_PROT_MMIO : IOPT_PROT_CACHE;

	if (attrs & IOPT_ATTR_PRIVILEGED)
		prot |= IOPT_PROT_PRIV;
	if (dir != IOPT_FROM_DEVICE)
		prot |= IOPT_PROT_READ;
	if (dir != IOPT_TO_DEVICE)
		prot |= IOPT_PROT_WRITE;
	return prot;
}

/* The first pfn of a range for the device, 0 for none. */
static uint64_t iommu_dma_find_pfn(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t pages,
				   uint64_t limit)
{
	struct iova_domain *space = &dma->iovad;
	uint64_t pfn;

	if (limit > dma->domain->aperture_end)
		limit = dma->domain->aperture_end;
	if (dma->pci_32bit_workaround && limit > DMA_32BIT_MASK) {
		pfn = alloc_iova_fast(space, cpu, pages, DMA_32BIT_MASK >> iova_shift(space),
				      false);
		if (pfn)
			return pfn;
		/* Full once, the device uses all of its space from then on. */
		dma->pci_32bit_workaround = false;
	}
	return alloc_iova_fast(space, cpu, pages, limit >> iova_shift(space), true);
}

uint64_t iommu_dma_alloc_iova(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t size,
			      uint64_t dma_mask)
{
	unsigned int shift = iova_shift(&dma->iovad);
	uint64_t iova = iommu_dma_find_pfn(dma, cpu, size >> shift, dma_mask) << shift;

	if (iova)
		iopt_log2(dma->domain->log, IOPT_EVENT_IOVA_ALLOC, iova, size);
	else
		iopt_log1(dma->domain->log, IOPT_EVENT_IOVA_NONE, size);
	return iova;
}

void iommu_dma_hand_over(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t pfn,
			 uint64_t pages)
{
	unsigned int shift = iova_shift(&dma->iovad);

	iommu_yield(dma->domain, IOPT_POINT_IOVA_HANDOVER);
	iopt_log2(dma->domain->log, IOPT_EVENT_IOVA_FREE, pfn << shift, pages << shift);
	free_iova_fast(&dma->iovad, cpu, pfn, pages);
}

void iommu_dma_free_iova(struct iommu_dma_cookie *dma, uint32_t cpu, uint64_t iova,
			 uint64_t size, const struct iommu_iotlb_gather *gather)
{
	unsigned int shift = iova_shift(&dma->iovad);
	uint64_t pfn = iova >> shift;

	if (gather && gather->queued)
		queue_iova(dma, cpu, pfn, size >> shift, &gather->freelist);
	else
		iommu_dma_hand_over(dma, cpu, pfn, size >> shift);
}

uint64_t iommu_dma_map_phys(struct iommu_domain *domain, const struct iommu_dma_request *request,
			    uint64_t phys, uint64_t size)
{
	struct iommu_dma_cookie *dma = domain->iova_cookie;
	uint64_t offset = iova_offset(&dma->iovad, phys);
	uint64_t whole = iova_align(&dma->iovad, offset + size);
	uint64_t iova = iommu_dma_alloc_iova(dma, request->cpu, whole, request->dma_mask);

	if (!iova)
		return DMA_MAPPING_ERROR;
	if (!iommu_map(domain, iova, phys - offset, whole,
		       dma_info_to_prot(request->dir, request->attrs)))
		return iova + offset;
	iommu_dma_free_iova(dma, request->cpu, iova, whole, NULL);
	return DMA_MAPPING_ERROR;
}

static uint64_t sg_length(const struct iopt_piece *pieces, uint64_t count)
{
	uint64_t bytes = 0;

	for (uint64_t i = 0; i < count; i++)
		sg_iova_length(pieces, count, i, &bytes);
	return bytes;
}

/*
 * Pieces join to output segments, whose lengths have 32 bits; the device takes any of them. A segment
 * ends after a padded piece. An unmap reaches from the first segment to the last one in front of an
 * empty one.
 */
uint64_t iommu_dma_sg_extent(const struct iopt_piece *pieces, uint64_t count, uint64_t dma_addr)
{
	const uint32_t longest = UINT32_MAX;
	uint64_t next = dma_addr;
	uint64_t closed = dma_addr;
	uint64_t end = dma_addr;
	uint64_t start = dma_addr;
	uint64_t whole = 0;
	uint32_t segment = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint32_t size = (uint32_t)pieces[i].len;
		uint32_t room = sg_iova_length(pieces, count, i, &whole);

		if (segment && next && longest - segment >= size) {
			segment += size;
		} else {
			closed = end;
			start = next;
			segment = size;
		}
		if (!segment) {
			end = closed;
			break;
		}
		end = start + segment;
		next += room;
		if (size < room)
			segment = 0;
	}
	return end - dma_addr;
}

/* Is there an empty piece behind one that is not empty? */
static bool sg_has_gap(const struct iopt_piece *pieces, uint64_t count)
{
	bool begun = false;

	for (uint64_t i = 0; i < count; i++) {
		if (begun && !pieces[i].len)
			return true;
		begun |= pieces[i].len != 0;
	}
	return false;
}

uint64_t iommu_dma_map_sg(struct iommu_domain *domain, const struct iommu_dma_request *request,
			  const struct iopt_piece *pieces, uint64_t count)
{
	struct iommu_dma_cookie *dma = domain->iova_cookie;
	uint64_t whole = sg_length(pieces, count);
	uint64_t iova;
	int64_t mapped;

	/* The padding in front of it passes what a piece's length can be. */
	if (iommu_behaves(domain, EMPTY_PIECE_IS_REFUSED) && sg_has_gap(pieces, count))
		return DMA_MAPPING_ERROR;
	/* Nothing to map is mapped at 0. */
	if (!whole)
		return 0;
	iova = iommu_dma_alloc_iova(dma, request->cpu, whole, request->dma_mask);
	if (!iova)
		return DMA_MAPPING_ERROR;
	mapped = iommu_map_sg(domain, iova, pieces, count,
			      dma_info_to_prot(request->dir, request->attrs));
	if (mapped >= 0 && (uint64_t)mapped >= whole)
		return iova;
	/* iommu_map_sg() has taken back what it mapped. */
	iommu_dma_free_iova(dma, request->cpu, iova, whole, NULL);
	return DMA_MAPPING_ERROR;
}

void iommu_dma_gather_init(struct iommu_dma_cookie *dma, struct iommu_iotlb_gather *gather)
{
	iommu_iotlb_gather_init(gather);
	iommu_yield(dma->domain, IOPT_POINT_FQ_DOMAIN_READ);
	gather->queued =
		iommu_cell_read(dma->domain, IOPT_CELL_FQ_DOMAIN, &dma->fq_domain) != 0;
}

uint64_t iommu_dma_unmap_granules(struct iommu_domain *domain, uint64_t iova, uint64_t size,
				  struct iommu_iotlb_gather *gather)
{
	uint64_t unmapped = iommu_unmap_fast(domain, iova, size, gather);

	if (unmapped != size)
		iommu_warn(domain);
	if (!gather->queued) {
		iommu_yield(domain, IOPT_POINT_STRICT_SYNC);
		iommu_iotlb_sync(domain, gather);
	}
	return unmapped;
}

uint64_t __iommu_dma_unmap(struct iommu_domain *domain, uint32_t cpu, uint64_t dma_addr,
			   uint64_t size)
{
	struct iommu_dma_cookie *dma = domain->iova_cookie;
	uint64_t offset = iova_offset(&dma->iovad, dma_addr);
	uint64_t whole = iova_align(&dma->iovad, offset + size);
	uint64_t iova = dma_addr - offset;
	struct iommu_iotlb_gather gather;
	uint64_t unmapped;

	iommu_dma_gather_init(dma, &gather);
	unmapped = iommu_dma_unmap_granules(domain, iova, whole, &gather);
	iommu_dma_free_iova(dma, cpu, iova, whole, &gather);
	return unmapped;
}

uint64_t iommu_dma_unmap_phys(struct iommu_domain *domain, uint32_t cpu, uint64_t dma_addr,
			      uint64_t size, uint32_t attrs)
{
	/* Others may have a bounce buffer, which is found by its physical address. */
	bool is_looked_up = !(attrs & (IOPT_ATTR_MMIO | IOPT_ATTR_REQUIRE_COHERENT));

	if (is_looked_up && !iommu_iova_to_phys(domain, dma_addr)) {
		iommu_warn(domain);
		return 0;
	}
	return __iommu_dma_unmap(domain, cpu, dma_addr, size);
}

uint64_t iommu_dma_unmap_sg(struct iommu_domain *domain, uint32_t cpu, uint64_t dma_addr,
			    uint64_t extent)
{
	/* No segment has no end; one that is 0 is taken for none. */
	if (!extent || !(dma_addr + extent))
		return 0;
	return __iommu_dma_unmap(domain, cpu, dma_addr, extent);
}

void iommu_dma_reserve(struct iommu_domain *domain, uint64_t iova, uint64_t len)
{
	struct iova_domain *space = &domain->iova_cookie->iovad;

	reserve_iova(space, iova >> iova_shift(space), (iova + len - 1) >> iova_shift(space));
}

void iommu_dma_tick(struct iommu_domain *domain, uint64_t ms)
{
	timer_advance(&domain->iova_cookie->timers, ms);
}
