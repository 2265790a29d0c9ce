/* SPDX-License-Identifier: GPL-2.0-only */
#include "iova.h"

#include "iommu-services.h"

/* The anchor's pfn: no address has it. */
#define IOVA_ANCHOR UINT64_MAX

static void tree_lock(struct iova_domain *space)
{
	iommu_lock(space->domain, IOPT_LOCK_IOVA_TREE, 0);
}

static void tree_unlock(struct iova_domain *space)
{
	iommu_unlock(space->domain, IOPT_LOCK_IOVA_TREE, 0);
}

bool init_iova_domain(struct iova_domain *space, uint64_t granule, uint64_t start_pfn,
		      uint32_t cpus)
{
	space->granule = granule;
	space->start_pfn = start_pfn;
	space->cpus = cpus;
	space->dma_32bit_pfn = (UINT64_C(1) << 32) / granule;
	space->max32_alloc_size = space->dma_32bit_pfn;
	space->anchor.pfn_lo = IOVA_ANCHOR;
	space->anchor.pfn_hi = IOVA_ANCHOR;
	iova_tree_init(&space->tree, &space->anchor);
	space->cached_node = &space->anchor;
	space->cached32_node = &space->anchor;
	return iova_domain_init_rcaches(space);
}

void put_iova_domain(struct iova_domain *space)
{
	free_iova_rcaches(space);
	iova_tree_destroy(&space->tree);
}

/* Does this request stay below 4 GiB? limit_pfn is exclusive. */
static bool limited_to_32bit(const struct iova_domain *space, uint64_t limit_pfn)
{
	return limit_pfn <= space->dma_32bit_pfn;
}

/* What one search knows. */
struct gap {
	uint64_t size;
	uint64_t align_mask;
	uint64_t pfn; /* the answer */
	struct iova *above; /* the range right above it */
};

/*
 * Looks for the highest gap between low_pfn and high_pfn (exclusive), from the
 * range `above` downwards.
 */
static bool find_gap(struct gap *gap, struct iova *above, uint64_t low_pfn, uint64_t high_pfn)
{
	for (;;) {
		const struct iova *below = above->below;

		if (above->pfn_lo < high_pfn)
			high_pfn = above->pfn_lo;
		/* Wraps where less than the size is left; the test comes after the walk. */
		gap->pfn = (high_pfn - gap->size) & gap->align_mask;
		gap->above = above;
		if (!below || gap->pfn > below->pfn_hi || gap->pfn < low_pfn)
			break;
		above = above->below;
	}
	return high_pfn >= gap->size && gap->pfn >= low_pfn;
}

/*
 * A search begins where the last one of its kind ended; what lies above that
 * place is tried second.
 */
static bool search(struct iova_domain *space, struct gap *gap, uint64_t limit_pfn)
{
	bool is_32bit = limited_to_32bit(space, limit_pfn);
	struct iova *start = is_32bit ? space->cached32_node : space->cached_node;
	uint64_t searched_pfn = start->pfn_hi;

	if (find_gap(gap, start, space->start_pfn, limit_pfn))
		return true;
	if (searched_pfn >= limit_pfn)
		return false;
	start = is_32bit ? iova_tree_find(&space->tree, limit_pfn) : &space->anchor;
	return find_gap(gap, start, searched_pfn + 1, limit_pfn);
}

/* Fills in and inserts `iova`. limit_pfn is exclusive. */
static bool alloc_and_insert(struct iova_domain *space, struct iova *iova, uint64_t size,
			     uint64_t limit_pfn)
{
	struct gap gap = { .size = size, .align_mask = UINT64_MAX << iova_size_order(size) };

	if (limited_to_32bit(space, limit_pfn) && size >= space->max32_alloc_size)
		return false;
	if (!search(space, &gap, limit_pfn)) {
		/* Remembered whatever the limit was. */
		space->max32_alloc_size = size;
		return false;
	}
	iova->pfn_lo = gap.pfn;
	iova->pfn_hi = gap.pfn + size - 1;
	iova_tree_insert(&space->tree, iova, gap.above);
	if (iova->pfn_hi < space->dma_32bit_pfn)
		space->cached32_node = iova;
	else
		space->cached_node = iova;
	return true;
}

/* limit_pfn is inclusive. 0 when it failed. */
static uint64_t alloc_iova(struct iova_domain *space, uint64_t size, uint64_t limit_pfn)
{
	struct iova *iova = alloc_iova_mem(&space->tree);
	bool found;

	if (!iova)
		return 0;
	tree_lock(space);
	found = alloc_and_insert(space, iova, size, limit_pfn + 1);
	tree_unlock(space);
	if (found)
		return iova->pfn_lo;
	free_iova_mem(&space->tree, iova);
	return 0;
}

/* The next search need not look below what becomes free here. */
static void remove_iova(struct iova_domain *space, struct iova *iova)
{
	const struct iova *cached32 = space->cached32_node;

	if (iova == cached32 ||
	    (iova->pfn_hi < space->dma_32bit_pfn && iova->pfn_lo >= cached32->pfn_lo))
		space->cached32_node = iova->above;
	if (iova->pfn_lo < space->dma_32bit_pfn)
		space->max32_alloc_size = space->dma_32bit_pfn;
	if (iova->pfn_lo >= space->cached_node->pfn_lo)
		space->cached_node = iova->above;
	iova_tree_erase(iova);
	free_iova_mem(&space->tree, iova);
}

/* Removes the range that `pfn` lies in, whatever it has grown to; false for none. */
static bool remove_pfn(struct iova_domain *space, uint64_t pfn)
{
	struct iova *iova = iova_tree_find(&space->tree, pfn);

	if (iova->pfn_lo > pfn)
		return false;
	remove_iova(space, iova);
	return true;
}

static void free_iova(struct iova_domain *space, uint64_t pfn)
{
	tree_lock(space);
	remove_pfn(space, pfn);
	tree_unlock(space);
}

void iova_free_pfns(struct iova_domain *space, const uint64_t *pfns, uint64_t count)
{
	tree_lock(space);
	for (uint64_t i = 0; i < count; i++)
		if (!remove_pfn(space, pfns[i]))
			iommu_warn(space->domain);
	tree_unlock(space);
}

uint64_t alloc_iova_fast(struct iova_domain *space, uint32_t cpu, uint64_t size,
			 uint64_t limit_pfn, bool flush_rcache)
{
	unsigned int order = iova_size_order(size);
	uint64_t pfn;

	/* What will be cached must be fit for every request of its class. */
	if (order < IOVA_RANGE_CACHE_MAX_SIZE)
		size = UINT64_C(1) << order;
	pfn = iova_rcache_get(space, cpu, size, limit_pfn + 1);
	if (!pfn)
		pfn = alloc_iova(space, size, limit_pfn);
	if (!pfn && flush_rcache) {
		free_cached_iovas(space);
		pfn = alloc_iova(space, size, limit_pfn);
	}
	return pfn;
}

void free_iova_fast(struct iova_domain *space, uint32_t cpu, uint64_t pfn, uint64_t size)
{
	if (!iova_rcache_insert(space, cpu, pfn, size))
		free_iova(space, pfn);
}

/*
 * Ranges that overlap grow downwards to take up what they touch; what is left
 * above the last of them becomes a range of its own.
 */
void reserve_iova(struct iova_domain *space, uint64_t pfn_lo, uint64_t pfn_hi)
{
	struct iova *next;
	struct iova *iova;

	tree_lock(space);
	for (next = iova_tree_find(&space->tree, pfn_lo); next->pfn_lo <= pfn_hi;
	     next = next->above) {
		if (pfn_lo < next->pfn_lo)
			next->pfn_lo = pfn_lo;
		if (pfn_hi <= next->pfn_hi)
			goto out;
		pfn_lo = next->pfn_hi + 1;
	}
	iova = alloc_iova_mem(&space->tree);
	if (iova) {
		iova->pfn_lo = pfn_lo;
		iova->pfn_hi = pfn_hi;
		iova_tree_insert(&space->tree, iova, next);
	}
out:
	tree_unlock(space);
}
