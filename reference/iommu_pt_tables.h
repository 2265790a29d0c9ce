/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that a map adds, and those that make way for a larger leaf. */

/* With `deferred` the caller enters incoherent handling itself. 0 when it failed. */
static inline uint64_t _table_alloc(struct pt_iommu *pt, uint64_t bytes, bool deferred)
{
	uint64_t pa = iommu_alloc_pages_sz(&pt->domain, bytes);

	if (pa && !deferred && pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT))
		iommu_pages_start_incoherent(&pt->domain, pa);
	return pa;
}

/*
 * A space smaller than one item of its top asks for 2 to the power of a number
 * that wrapped; the machine's shift takes the low six bits of it.
 */
static inline uint64_t table_alloc_top(struct pt_iommu *pt, uint64_t top, bool deferred)
{
	return _table_alloc(pt, log2_to_int(pt_top_memsize_lg2(pt, top) & 63), deferred);
}

static inline uint64_t table_alloc(const struct pt_state *parent)
{
	struct pt_state child = pt_init(parent->range, parent->level - 1u, NULL);

	return _table_alloc(parent->range->pt,
			    log2_to_int(pt_num_items_lg2(&child) + PT_ITEM_LG2SZ), false);
}

/* Writes a new link back, then marks it so that other maps need not do so as well. */
static inline void announce_link(struct pt_state *st)
{
	if (!pts_feature(st, IOPT_FEATURE_DMA_INCOHERENT))
		return;
	flush_writes_item(st);
	pt_set_sw_bit_release(st, SW_BIT_CACHE_FLUSH_DONE);
}

/* The debug build reads a new link again: does it lead to the table? */
static inline bool link_leads_to(struct pt_state *st, uint64_t pa)
{
	if (!PT_DEBUG)
		return true;
	pt_load_single_entry(st);
	return !PT_WARN_ON(st, pt_table_pa(st) != pa);
}

/*
 * Puts a new table under the current item, which was empty when it was loaded;
 * -EAGAIN when it no longer is. The production build does so even at level 0,
 * where an unaligned length leads.
 */
static int pt_iommu_new_table(struct pt_state *st, const struct pt_write_attrs *attrs)
{
	struct pt_iommu *pt = st->range->pt;
	int err = -EAGAIN;
	uint64_t pa;

	if (PT_WARN_ON(st, !pt_can_have_table(st)))
		return -ENXIO;
	pa = table_alloc(st);
	if (!pa)
		return -ENOMEM;
	if (pt_install_table(st, pa, attrs)) {
		announce_link(st);
		if (link_leads_to(st, pa)) {
			st->table_lower = pt_phys_to_virt(pt, pa);
			return 0;
		}
		pt_clear_entries(st, 0);
		err = -EINVAL;
	}
	iommu_pages_free_incoherent(&pt->domain, pa);
	return err;
}

/* Moves tables that were unlinked to where the domain's end finds them. */
static inline void keep_tables(struct pt_iommu *pt, struct iommu_pages_list *list)
{
	if (pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT))
		iommu_pages_stop_incoherent_list(&pt->domain, list);
	iommu_pages_list_splice(&pt->domain, list, &pt->domain.kept);
	*list = (struct iommu_pages_list){ 0 };
}

/* Drops the table under the current item, if nothing below it is mapped. */
static int clear_contig_table(struct pt_state *st, struct iommu_iotlb_gather *gather)
{
	struct pt_iommu *pt = st->range->pt;
	struct collect_args collect = { .check_mapped = true };
	int err = pt_walk_descend_all(st, __collect_tables, &collect);

	if (err)
		return err;
	/* Cleared before the gather may sync. */
	pt_clear_entries(st, 0);
	flush_writes_item(st);
	gather_add_table(&collect.pending, st, pt_table_pa(st));
	if (pt->domain.policy == IOPT_POLICY_KEEP)
		keep_tables(pt, &collect.pending.freelist);
	gather_range_pages(gather, pt, st->range->va, log2_to_int(pt_table_item_lg2sz(st)),
			   &collect.pending);
	return 0;
}

/*
 * Makes room for a leaf of `items` items: empty tables go, leaves are in use.
 * Kept out of the loop over leaves, which needs the registers.
 */
static __attribute__((noinline)) int clear_contig(const struct pt_state *start,
						  struct iommu_iotlb_gather *gather,
						  unsigned int items)
{
	struct pt_range range = *start->range;
	struct pt_state st = pt_init(&range, start->level, start->table);

	st.index = start->index;
	st.end_index = (uint16_t)(start->index + items);
	for (; _pt_iter_load(&st); pt_next_entry(&st)) {
		int err = 0;

		if (st.type == PT_ENTRY_OA)
			return -EADDRINUSE;
		if (st.type == PT_ENTRY_TABLE)
			err = clear_contig_table(&st, gather);
		if (err)
			return err;
	}
	return 0;
}
