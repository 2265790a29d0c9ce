/* SPDX-License-Identifier: GPL-2.0-only */
#include "iova.h"

#include "iommu-services.h"

/* The anchor's pfn: no address has it. */
#define IOVA_ANCHOR UINT64_MAX

static void tree_lock(struct iova_domain *iovad)
{
	iommu_lock(iovad->domain, IOPT_LOCK_IOVA_TREE, 0);
}

static void tree_unlock(struct iova_domain *iovad)
{
	iommu_unlock(iovad->domain, IOPT_LOCK_IOVA_TREE, 0);
}

bool init_iova_domain(struct iova_domain *iovad, uint64_t granule, uint64_t start_pfn,
		      uint32_t cpus)
{
	iovad->granule = granule;
	iovad->start_pfn = start_pfn;
	iovad->cpus = cpus;
	iovad->dma_32bit_pfn = (UINT64_C(1) << 32) / granule;
	iovad->max32_alloc_size = iovad->dma_32bit_pfn;
	iovad->anchor.pfn_lo = IOVA_ANCHOR;
	iovad->anchor.pfn_hi = IOVA_ANCHOR;
	iova_tree_init(&iovad->tree, &iovad->anchor);
	iovad->cached_node = &iovad->anchor;
	iovad->cached32_node = &iovad->anchor;
	return iova_domain_init_rcaches(iovad);
}

void put_iova_domain(struct iova_domain *iovad)
{
	free_iova_rcaches(iovad);
	iova_tree_destroy(&iovad->tree);
}

/* Does this request stay below 4 GiB? limit_pfn is exclusive. */
static bool limited_to_32bit(const struct iova_domain *iovad, uint64_t limit_pfn)
{
	return limit_pfn <= iovad->dma_32bit_pfn;
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
static bool search(struct iova_domain *iovad, struct gap *gap, uint64_t limit_pfn)
{
	bool is_32bit = limited_to_32bit(iovad, limit_pfn);
	struct iova *start = is_32bit ? iovad->cached32_node : iovad->cached_node;
	uint64_t searched_pfn = start->pfn_hi;

	if (find_gap(gap, start, iovad->start_pfn, limit_pfn))
		return true;
	if (searched_pfn >= limit_pfn)
		return false;
	start = is_32bit ? iova_tree_find(&iovad->tree, limit_pfn) : &iovad->anchor;
	return find_gap(gap, start, searched_pfn + 1, limit_pfn);
}

/* Fills in and inserts `iova`. limit_pfn is exclusive. */
static bool alloc_and_insert(struct iova_domain *iovad, struct iova *iova, uint64_t size,
			     uint64_t limit_pfn)
{
	struct gap gap = { .size = size, .align_mask = UINT64_MAX << iova_size_order(size) };

	if (limited_to_32bit(iovad, limit_pfn) && size >= iovad->max32_alloc_size)
		return false;
	if (!search(iovad, &gap, limit_pfn)) {
		/* Remembered whatever the limit was. */
		iovad->max32_alloc_size = size;
		return false;
	}
	iova->pfn_lo = gap.pfn;
	iova->pfn_hi = gap.pfn + size - 1;
	iova_tree_insert(&iovad->tree, iova, gap.above);
	if (iova->pfn_hi < iovad->dma_32bit_pfn)
		iovad->cached32_node = iova;
	else
		iovad->cached_node = iova;
	return true;
}

/* limit_pfn is inclusive. 0 when it failed. */
static uint64_t alloc_iova(struct iova_domain *iovad, uint64_t size, uint64_t limit_pfn)
{
	struct iova *iova = alloc_iova_mem(&iovad->tree);
	bool found;

	if (!iova)
		return 0;
	tree_lock(iovad);
	found = alloc_and_insert(iovad, iova, size, limit_pfn + 1);
	tree_unlock(iovad);
	if (found)
		return iova->pfn_lo;
	free_iova_mem(&iovad->tree, iova);
	return 0;
}

/* The next search need not look below what becomes free here. */
static void remove_iova(struct iova_domain *iovad, struct iova *iova)
{
	const struct iova *cached32 = iovad->cached32_node;

	if (iova == cached32 ||
	    (iova->pfn_hi < iovad->dma_32bit_pfn && iova->pfn_lo >= cached32->pfn_lo))
		iovad->cached32_node = iova->above;
	if (iova->pfn_lo < iovad->dma_32bit_pfn)
		iovad->max32_alloc_size = iovad->dma_32bit_pfn;
	if (iova->pfn_lo >= iovad->cached_node->pfn_lo)
		iovad->cached_node = iova->above;
	iova_tree_erase(iova);
	free_iova_mem(&iovad->tree, iova);
}

/* Removes the range that `pfn` lies in, whatever it has grown to; false for none. */
static bool remove_pfn(struct iova_domain *iovad, uint64_t pfn)
{
	struct iova *iova = iova_tree_find(&iovad->tree, pfn);

	if (iova->pfn_lo > pfn)
		return false;
	remove_iova(iovad, iova);
	return true;
}

static void free_iova(struct iova_domain *iovad, uint64_t pfn)
{
	tree_lock(iovad);
	remove_pfn(iovad, pfn);
	tree_unlock(iovad);
}

void iova_free_pfns(struct iova_domain *iovad, const uint64_t *pfns, uint64_t count)
{
	tree_lock(iovad);
	for (uint64_t i = 0; i < count; i++)
		if (!remove_pfn(iovad, pfns[i]))
			iommu_warn(iovad->domain);
	tree_unlock(iovad);
}

uint64_t alloc_iova_fast(struct iova_domain *iovad, uint32_t cpu, uint64_t size,
			 uint64_t limit_pfn, bool flush_rcache)
{
	unsigned int order = iova_size_order(size);
	uint64_t pfn;

	/* What will be cached must be fit for every request of its class. */
	if (order < IOVA_RANGE_CACHE_MAX_SIZE)
		size = UINT64_C(1) << order;
	pfn = iova_rcache_get(iovad, cpu, size, limit_pfn + 1);
	if (!pfn)
		pfn = alloc_iova(iovad, size, limit_pfn);
	if (!pfn && flush_rcache) {
		free_cached_iovas(iovad);
		pfn = alloc_iova(iovad, size, limit_pfn);
	}
	return pfn;
}

void free_iova_fast(struct iova_domain *iovad, uint32_t cpu, uint64_t pfn, uint64_t size)
{
	if (!iova_rcache_insert(iovad, cpu, pfn, size))
		free_iova(iovad, pfn);
}

/*
 * Ranges that overlap grow downwards to take up what they touch; what is left
 * above the last of them becomes a range of its own.
 */
void reserve_iova(struct iova_domain *iovad, uint64_t pfn_lo, uint64_t pfn_hi)
{
	struct iova *next;
	struct iova *iova;

	tree_lock(iovad);
	for (next = iova_tree_find(&iovad->tree, pfn_lo); next->pfn_lo <= pfn_hi;
	     next = next->above) {
		if (pfn_lo < next->pfn_lo)
			next->pfn_lo = pfn_lo;
		if (pfn_hi <= next->pfn_hi)
			goto out;
		pfn_lo = next->pfn_hi + 1;
	}
	iova = alloc_iova_mem(&iovad->tree);
	if (iova) {
		iova->pfn_lo = pfn_lo;
		iova->pfn_hi = pfn_hi;
		iova_tree_insert(&iovad->tree, iova, next);
	}
out:
	tree_unlock(iovad);
}
