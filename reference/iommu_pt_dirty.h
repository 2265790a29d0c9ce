/* SPDX-License-Identifier: GPL-2.0-only */
/* Dirty pages: set as the hardware would, reported and cleared. */

static int NS(set_dirty)(struct pt_iommu *pt, uint64_t iova)
{
	struct pt_range range;
	struct pt_state st;
	int err;

	if (!PT_HAS_DIRTY)
		return -EOPNOTSUPP;
	err = make_range(pt, &range, iova, 1);
	if (!err)
		err = walk_to_entry(&range, &st);
	if (!err && !pt_entry_make_write_dirty(&st))
		err = -EAGAIN;
	return err;
}

/*
 * Bytes that are reported from the current address on. Of a contiguous entry
 * the last item is left out: its number is taken for one past the end.
 */
static inline uint64_t dirty_rest_of_leaf(const struct pt_state *st)
{
	unsigned int contig_lg2 = pt_entry_num_contig_lg2(st);
	uint64_t items = 1;

	if (contig_lg2) {
		unsigned int last = (unsigned int)log2_set_mod_max(st->index, contig_lg2);

		if (last > st->end_index)
			last = st->end_index;
		items = last - st->index;
	}
	return items << pt_table_item_lg2sz(st);
}

/* Reports the current leaf, whole; at first, only what dirty_rest_of_leaf() says. */
static inline void record_dirty(struct pt_state *st, const struct dirty_args *args)
{
	struct pt_iommu *pt = st->range->pt;
	uint64_t start = st->range->va;
	uint64_t len;

	if (iommu_behaves(&pt->domain, DIRTY_TAKES_WHOLE_LEAF)) {
		start = log2_set_mod(start, 0, pt_entry_oa_lg2sz(st));
		len = log2_to_int(pt_entry_oa_lg2sz(st));
	} else {
		len = dirty_rest_of_leaf(st);
	}
	iopt_log2(pt->domain.log, IOPT_EVENT_DIRTY, start, len);
	if (args->keep)
		return;
	pt_entry_make_write_clean(st);
	iommu_iotlb_gather_add_range(args->gather, start, len);
}

static inline int record_if_dirty(struct pt_state *st, void *arg)
{
	if (st->type == PT_ENTRY_OA && pt_entry_is_write_dirty(st))
		record_dirty(st, arg);
	return 0;
}

/* Every dirty leaf of the range, by address. */
static int __read_and_clear_dirty(struct pt_range *range, void *arg, unsigned int level,
				  uint64_t *table)
{
	return pt_visit_entries(range, arg, level, table, record_if_dirty, __read_and_clear_dirty);
}

static int NS(read_and_clear_dirty)(struct pt_iommu *pt, uint64_t iova, uint64_t size, bool keep,
				    struct iommu_iotlb_gather *gather)
{
	struct dirty_args args = { .gather = gather, .keep = keep };
	struct pt_range range;
	int err;

	if (!PT_HAS_DIRTY)
		return -EOPNOTSUPP;
	err = make_range(pt, &range, iova, size);
	if (err)
		return err;
	return pt_walk_range(&range, __read_and_clear_dirty, &args);
}
