/* SPDX-License-Identifier: GPL-2.0-only */
/* Write-backs, the gather of invalidations, and tables collected to be freed. */

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

/* A table that the current item points to, and that is to go. */
static inline void gather_add_table(struct pending_gather *pending, const struct pt_state *st,
				    uint64_t pa)
{
	iommu_pages_list_add(&st->range->pt->domain, &pending->freelist, pa);
	pending->table_levels |= (uint8_t)(1u << st->level);
}

/*
 * The pages join last: a sync on the way frees what the gather held before, and
 * tells of no levels but those.
 */
static inline void gather_range_pages(struct iommu_iotlb_gather *gather, struct pt_iommu *pt,
				      uint64_t iova, uint64_t len,
				      const struct pending_gather *pending)
{
	if (pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT))
		iommu_pages_stop_incoherent_list(&pt->domain, &pending->freelist);
	gather_range(gather, pt, iova, len);
	iommu_pages_list_splice(&pt->domain, &pending->freelist, &gather->freelist);
	gather->leaf_levels |= pending->leaf_levels;
	gather->table_levels |= pending->table_levels;
}

/* A table goes on the list; a leaf is in the way, if one may not be there. */
static inline int collect_entry(struct pt_state *st, void *arg)
{
	struct collect_args *collect = arg;

	if (st->type == PT_ENTRY_OA)
		return collect->check_mapped ? -EADDRINUSE : 0;
	gather_add_table(&collect->pending, st, pt_virt_to_phys(st->range->pt, st->table_lower));
	return 0;
}

/* Lists the tables below this one, upper ones first. */
static int __collect_tables(struct pt_range *range, void *arg, unsigned int level, uint64_t *table)
{
	const struct collect_args *collect = arg;

	if (!level && !collect->check_mapped)
		return 0;
	return pt_visit_entries(range, arg, level, table, collect_entry, __collect_tables);
}
