/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings in two steps: a range of IOVAs first, then what is linked into it. */
#include "dma-iommu.h"

#include <errno.h>

/* The state's size has a flag up there. */
#define DMA_IOVA_USE_SWIOTLB (UINT64_C(1) << 63)

/* Whole granules around `size` bytes at `addr`. */
struct granules {
	uint64_t iova;
	uint64_t size;
};

static struct granules granules_around(const struct iova_domain *space, uint64_t addr,
				       uint64_t size)
{
	uint64_t pad = iova_offset(space, addr);

	return (struct granules){ addr - pad, iova_align(space, size + pad) };
}

static struct granules whole_range(const struct iommu_domain *domain,
				   const struct dma_iova_state *state)
{
	return granules_around(&domain->iova_cookie->iovad, state->addr, state->size);
}

bool dma_iova_try_alloc(struct iommu_domain *domain, const struct iommu_dma_request *request,
			struct dma_iova_state *state, uint64_t phys, uint64_t size)
{
	struct iommu_dma_cookie *dma = domain->iova_cookie;
	uint64_t pad = iova_offset(&dma->iovad, phys);
	uint64_t addr;

	if (!size || size & DMA_IOVA_USE_SWIOTLB) {
		iommu_warn(domain);
		return false;
	}
	addr = iommu_dma_alloc_iova(dma, request->cpu, iova_align(&dma->iovad, size + pad),
				    request->dma_mask);
	*state = (struct dma_iova_state){ addr + pad, size };
	return addr != 0;
}

void dma_iova_free(struct iommu_domain *domain, uint32_t cpu, const struct dma_iova_state *state)
{
	struct granules range = whole_range(domain, state);

	iommu_dma_free_iova(domain->iova_cookie, cpu, range.iova, range.size, NULL);
}

int dma_iova_link(struct iommu_domain *domain, const struct iommu_dma_request *request,
		  const struct dma_iova_state *state, uint64_t phys, uint64_t offset,
		  uint64_t size)
{
	const struct iova_domain *space = &domain->iova_cookie->iovad;
	struct granules buffer = granules_around(space, phys, size);
	uint64_t pad = phys - buffer.iova;

	/* Only the first buffer may begin inside a granule. */
	if (pad && offset) {
		iommu_warn(domain);
		return -EIO;
	}
	return iommu_map_nosync(domain, state->addr + offset - pad, buffer.iova, buffer.size,
				dma_info_to_prot(request->dir, request->attrs));
}

int dma_iova_sync(struct iommu_domain *domain, const struct dma_iova_state *state,
		  uint64_t offset, uint64_t size)
{
	struct granules part =
		granules_around(&domain->iova_cookie->iovad, state->addr + offset, size);

	iommu_sync_map(domain, part.iova, part.size);
	return 0;
}

void dma_iova_unlink(struct iommu_domain *domain, const struct dma_iova_state *state,
		     uint64_t offset, uint64_t size)
{
	struct granules part =
		granules_around(&domain->iova_cookie->iovad, state->addr + offset, size);
	struct iommu_iotlb_gather gather;

	/* Never queued: the range stays taken, and may be linked to again at once. */
	iommu_iotlb_gather_init(&gather);
	iommu_dma_unmap_granules(domain, part.iova, part.size, &gather);
}

/* Unlinks and frees in one go, and so frees as much as is unlinked, not as was taken. */
static void unlink_and_free(struct iommu_domain *domain, uint32_t cpu,
			    const struct dma_iova_state *state, uint64_t mapped_len)
{
	struct iommu_dma_cookie *dma = domain->iova_cookie;
	struct granules part = granules_around(&dma->iovad, state->addr, mapped_len);
	struct iommu_iotlb_gather gather;

	iommu_dma_gather_init(dma, &gather);
	iommu_dma_unmap_granules(domain, part.iova, part.size, &gather);
	iommu_dma_free_iova(dma, cpu, part.iova, part.size, &gather);
}

void dma_iova_destroy(struct iommu_domain *domain, uint32_t cpu,
		      const struct dma_iova_state *state, uint64_t mapped_len)
{
	if (mapped_len && !iommu_behaves(domain, DESTROY_FREES_WHOLE_RANGE)) {
		unlink_and_free(domain, cpu, state, mapped_len);
		return;
	}
	if (mapped_len)
		dma_iova_unlink(domain, state, 0, mapped_len);
	dma_iova_free(domain, cpu, state);
}
