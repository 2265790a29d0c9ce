/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmap as io-pgtable-arm does it (IOPT_POLICY_SYNC_TABLES): a table that is
 * removed is invalidated for and freed on the spot, and the pages of others are
 * gathered one by one, with their size.
 */

/*
 * Notes all that is below the current item, a table, in `whole`: pages, upper
 * ones first, and levels. False where anything is missing.
 */
static bool table_is_full(const struct pt_state *parent, struct iommu_iotlb_gather *whole)
{
	struct pt_state st = pt_init(parent->range, parent->level - 1u, pt_table_ptr(parent));
	unsigned int count = 1u << pt_num_items_lg2(&st);
	bool full = true;

	iommu_pages_list_add(&st.range->pt->domain, &whole->freelist, pt_table_pa(parent));
	whole->table_levels |= (uint8_t)(1u << parent->level);
	while (full && st.index < count) {
		unsigned int step = 1;

		st.type = pt_load_entry_raw(&st);
		if (st.type == PT_ENTRY_OA) {
			whole->leaf_levels |= (uint8_t)(1u << st.level);
			step <<= pt_entry_num_contig_lg2(&st);
		} else {
			full = st.type == PT_ENTRY_TABLE && table_is_full(&st, whole);
		}
		st.index += (uint16_t)step;
	}
	return full;
}

/* Removes the current item, a table with nothing missing in it. False when it is another. */
static bool remove_full_table(struct pt_state *st, struct sync_tables_args *args)
{
	unsigned int size_lg2 = pt_table_item_lg2sz(st);
	struct iommu_domain *domain = &st->range->pt->domain;
	struct iommu_iotlb_gather whole;

	if (!pt_entry_fully_covered(st, size_lg2))
		return false;
	iommu_iotlb_gather_init(&whole);
	if (!table_is_full(st, &whole))
		return false;
	pt_clear_entries(st, 0);
	flush_writes_item(st);
	if (pts_feature(st, IOPT_FEATURE_DMA_INCOHERENT))
		iommu_pages_stop_incoherent_list(domain, &whole.freelist);
	iommu_iotlb_gather_add_range(&whole, st->range->va, log2_to_int(size_lg2));
	iommu_iotlb_sync(domain, &whole);
	args->unmapped += log2_to_int(size_lg2);
	return true;
}

/* Clears pages of one size from the current one on. Leaves the position behind them. */
static void clear_pages(struct pt_state *st, struct sync_tables_args *args)
{
	unsigned int contig_lg2 = pt_entry_num_contig_lg2(st);
	unsigned int size_lg2 = pt_entry_oa_lg2sz(st);
	uint64_t iova = st->range->va;
	unsigned int first = st->index;
	uint64_t count = 0;

	do {
		pt_clear_entries(st, contig_lg2);
		st->index += (uint16_t)(1u << contig_lg2);
		count++;
		if (st->index >= st->end_index)
			break;
		st->type = pt_load_entry_raw(st);
	} while (st->type == PT_ENTRY_OA && pt_entry_num_contig_lg2(st) == contig_lg2);
	flush_writes_range(st, first, st->index);
	iommu_iotlb_gather_add_pages(&st->range->pt->domain, args->gather, iova, size_lg2, count);
	args->gather->leaf_levels |= (uint8_t)(1u << st->level);
	args->unmapped += count << size_lg2;
}

/* One table's part. Like the other unmap it ends at a hole, and begins inside of no leaf. */
static int __unmap_syncing_tables(struct pt_range *range, void *arg, unsigned int level,
				  uint64_t *table)
{
	struct sync_tables_args *args = arg;
	struct pt_state st;
	unsigned int begin;

	pt_enter_table(&st, range, level, table);
	begin = st.index;
	st.type = pt_load_entry_raw(&st);
	if (st.type == PT_ENTRY_OA && log2_mod(range->va, pt_entry_oa_lg2sz(&st)))
		return -EINVAL;
	for (;;) {
		int err = 0;

		if (st.index != begin)
			pt_index_to_va(&st);
		if (st.type == PT_ENTRY_EMPTY)
			return -EINVAL;
		if (st.type == PT_ENTRY_OA) {
			clear_pages(&st, args);
		} else {
			st.table_lower = pt_table_ptr(&st);
			if (!remove_full_table(&st, args))
				err = pt_descend(&st, args, __unmap_syncing_tables);
			st.index++;
		}
		if (err || st.index >= st.end_index)
			return err;
		st.type = pt_load_entry_raw(&st);
	}
}

static __attribute__((noinline)) uint64_t unmap_syncing_tables(struct pt_range *range,
							       struct iommu_iotlb_gather *gather)
{
	struct sync_tables_args args = { .gather = gather };

	pt_walk_range(range, __unmap_syncing_tables, &args);
	return args.unmapped;
}
