/* SPDX-License-Identifier: GPL-2.0-only */
/* Unmap: clears leaves, and drops the tables that the range covers. */

static inline void unmap_clear(struct pt_state *st, struct unmap_run *run, unsigned int contig_lg2)
{
	pt_clear_entries(st, contig_lg2);
	if (st->index < run->first)
		run->first = st->index;
	run->end = st->index + (1u << contig_lg2);
}

/*
 * Clears leaves from the current one on, and loads the first entry that is
 * none. On a copy of the position, which then stays in registers.
 */
static inline void unmap_leaves(struct pt_state *at, struct unmap_run *run)
{
	struct pt_state st = *at;
	struct unmap_run done = *run;
	unsigned int begin = st.index;

	do {
		unsigned int contig_lg2 = pt_entry_num_contig_lg2(&st);

		unmap_clear(&st, &done, contig_lg2);
		st.index += (uint16_t)(1u << contig_lg2);
		if (st.index >= st.end_index)
			break;
		st.type = pt_load_entry_raw(&st);
	} while (st.type == PT_ENTRY_OA);
	done.items += st.index - begin;
	*run = done;
	*at = st;
}

static int __unmap_range(struct pt_range *range, void *arg, unsigned int level, uint64_t *table);

/* Looks for anything in the table under the current item. What counts entries would know. */
static bool table_is_empty(const struct pt_state *parent)
{
	struct pt_state st = pt_init(parent->range, parent->level - 1u, parent->table_lower);
	unsigned int count = 1u << pt_num_items_lg2(&st);

	while (st.index < count) {
		if (pt_load_entry_raw(&st) != PT_ENTRY_EMPTY)
			return false;
		st.index++;
	}
	return true;
}

/* Does the table under the current item go, now that the range's part of it was unmapped? */
static inline bool unmap_drops_table(const struct pt_state *st, bool all, bool something)
{
	switch (st->range->pt->domain.policy) {
	case IOPT_POLICY_EAGER:
		return all || (something && table_is_empty(st));
	case IOPT_POLICY_KEEP:
		return false;
	default:
		return all;
	}
}

/*
 * Empties a lower table, and drops it when the range covers all of it, or as
 * the domain's policy has it. It is cleared only after everything below it was.
 */
static inline int unmap_table(struct pt_state *st, struct unmap_args *unmap, struct unmap_run *run)
{
	bool covered = pt_entry_fully_covered(st, pt_table_item_lg2sz(st));
	uint64_t before = unmap->unmapped;
	int err;

	st->table_lower = pt_table_ptr(st);
	err = pt_descend(st, unmap, __unmap_range);
	if (!unmap_drops_table(st, covered && !err, unmap->unmapped > before))
		return err;
	gather_add_table(&unmap->pending, st, pt_virt_to_phys(st->range->pt, st->table_lower));
	unmap_clear(st, run, 0);
	return err;
}

/*
 * Leaves go whole, even where the range ends inside of one, but not when it
 * begins inside. The first hole ends the walk.
 */
static int __unmap_range(struct pt_range *range, void *arg, unsigned int level, uint64_t *table)
{
	struct pt_state st = pt_init(range, level, table);
	struct unmap_run run = { .first = UINT16_MAX + 1u };
	struct unmap_args *unmap = arg;
	unsigned int begin;
	int err = 0;

	_pt_iter_first(&st);
	begin = st.index;
	st.type = pt_load_entry_raw(&st);
	if (st.type == PT_ENTRY_OA && log2_mod(range->va, pt_entry_oa_lg2sz(&st)))
		return -EINVAL;
	for (;;) {
		if (st.type == PT_ENTRY_OA) {
			unmap_leaves(&st, &run);
		} else if (st.type == PT_ENTRY_TABLE) {
			if (st.index != begin)
				pt_index_to_va(&st);
			err = unmap_table(&st, unmap, &run);
			if (err)
				break;
			st.index++;
			if (st.index < st.end_index)
				st.type = pt_load_entry_raw(&st);
		} else {
			err = -EINVAL;
			break;
		}
		if (st.index >= st.end_index)
			break;
	}

	if (run.items)
		unmap->pending.leaf_levels |= (uint8_t)(1u << level);
	unmap->unmapped += (uint64_t)run.items << pt_table_item_lg2sz(&st);
	if (run.end)
		flush_writes_range(&st, run.first, run.end);
	return err;
}

static uint64_t NS(unmap_range)(struct pt_iommu *pt, uint64_t iova, uint64_t size,
				struct iommu_iotlb_gather *gather)
{
	struct unmap_args unmap = { .unmapped = 0 };
	struct pt_range range;

	if (make_range(pt, &range, iova, size))
		return 0;
	if (pt->domain.policy == IOPT_POLICY_SYNC_TABLES)
		return unmap_syncing_tables(&range, gather);
	pt_walk_range(&range, __unmap_range, &unmap);
	gather_range_pages(gather, pt, iova, unmap.unmapped, &unmap.pending);
	return unmap.unmapped;
}
