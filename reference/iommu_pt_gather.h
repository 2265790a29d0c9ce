/* SPDX-License-Identifier: GPL-2.0-only */
/* Write-backs, the gather of invalidations, and tables collected to be freed. */
#ifndef LOCKSTEP_IOMMU_PT_GATHER_H
#define LOCKSTEP_IOMMU_PT_GATHER_H

#include "pt_iter.h"

static inline void flush_writes_range(const struct pt_state *st, unsigned int first,
				      unsigned int end)
{
	if (!pts_feature(st, IOPT_FEATURE_DMA_INCOHERENT))
		return;
	iommu_pages_flush_incoherent(&st->range->pt->domain,
				     pt_table_phys(st) + ((uint64_t)first << PT_ITEM_LG2SZ),
				     (uint64_t)(end - first) << PT_ITEM_LG2SZ);
}

static inline void flush_writes_item(const struct pt_state *st)
{
	flush_writes_range(st, st->index, st->index + 1u);
}

/*
 * The range's part of gather_range_pages(), in each of its revisions: NO_GAPS
 * syncs before a disjoint range; the older two then dropped that range.
 */
static inline void gather_range(struct iommu_iotlb_gather *gather, struct pt_iommu *pt,
				uint64_t iova, uint64_t len)
{
	uint32_t revision = pt->domain.gather_revision;
	bool drops = revision == IOPT_GATHER_ORIGINAL || revision == IOPT_GATHER_PROPOSED;
	bool skips_queued = revision == IOPT_GATHER_MERGED || revision == IOPT_GATHER_PROPOSED;

	if (skips_queued && iommu_iotlb_gather_queued(gather))
		return;
	if (pt_feature(pt, IOPT_FEATURE_FLUSH_RANGE_NO_GAPS) &&
	    iommu_iotlb_gather_is_disjoint(gather, iova, len)) {
		iommu_iotlb_sync(&pt->domain, gather);
		if (drops)
			return;
	} else if (drops && !pt_feature(pt, IOPT_FEATURE_FLUSH_RANGE)) {
		return;
	}
	iommu_iotlb_gather_add_range(gather, iova, len);
}

/* The pages join last: a sync on the way frees what the gather held before. */
static inline void gather_range_pages(struct iommu_iotlb_gather *gather, struct pt_iommu *pt,
				      uint64_t iova, uint64_t len,
				      const struct iommu_pages_list *freelist)
{
	if (pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT))
		iommu_pages_stop_incoherent_list(&pt->domain, freelist);
	gather_range(gather, pt, iova, len);
	iommu_pages_list_splice(&pt->domain, freelist, &gather->freelist);
}

struct collect_args {
	struct iommu_pages_list freelist;
	bool check_mapped; /* a leaf in the range is EADDRINUSE */
};

static int __collect_tables(struct pt_range *range, void *arg, unsigned int level, uint64_t *table)
{
	struct pt_state st = pt_init(range, level, table);
	struct collect_args *collect = arg;

	if (!collect->check_mapped && !pt_can_have_table(&st))
		return 0;
	for_each_pt_level_entry(&st) {
		int err;

		if (st.type == PT_ENTRY_OA && collect->check_mapped)
			return -EADDRINUSE;
		if (st.type != PT_ENTRY_TABLE)
			continue;
		iommu_pages_list_add(&range->pt->domain, &collect->freelist,
				     pt_virt_to_phys(range->pt, st.table_lower));
		err = pt_descend(&st, arg, __collect_tables);
		if (err)
			return err;
	}
	return 0;
}

#endif
