/* SPDX-License-Identifier: GPL-2.0-only */
/* Map: the sizes of leaves, and the walk that installs them. */

/* The size of the leaves from va on. */
static inline void map_choose_leaves(struct pt_iommu *pt, struct map_args *map, uint64_t va,
				     uint64_t last_va)
{
	uint64_t pgsizes = pt->domain.pgsize_bitmap;

	map->leaf_pgsize_lg2 = pt_compute_best_pgsize(pt, pgsizes, va, last_va, map->oa);
	map->leaf_level = pt_pgsz_lg2_to_level(map->leaf_pgsize_lg2);
	map->num_leaves = pt_pgsz_count(pgsizes, va, last_va, map->oa, map->leaf_pgsize_lg2);
}

/* Is this a map of one page of the system's? Later, only where the bitmap has that size. */
static inline bool map_is_single_page(const struct pt_iommu *pt, uint64_t size)
{
	if (size != UINT64_C(1) << PT_PAGE_LG2SZ)
		return false;
	return __builtin_expect(pt->domain.pgsize_bitmap >> PT_PAGE_LG2SZ & 1, 1) ||
	       !iommu_behaves(&pt->domain, SMALL_MAP_ASKS_FOR_ITS_SIZE);
}

/* A single page of 4 KiB is taken as it is; at first, whatever the bitmap allows. */
static inline int map_plan(const struct pt_range *range, struct map_args *map, bool single_page)
{
	struct pt_iommu *pt = range->pt;

	if (!single_page) {
		map_choose_leaves(pt, map, range->va, range->last_va);
		return map->leaf_pgsize_lg2 ? 0 : -ENXIO;
	}
	pt_warn_on(pt, !(pt->domain.pgsize_bitmap >> PT_PAGE_LG2SZ & 1));
	if (log2_mod(range->va | map->oa, PT_PAGE_LG2SZ))
		return -ENXIO;
	map->leaf_pgsize_lg2 = PT_PAGE_LG2SZ;
	map->leaf_level = 0;
	map->num_leaves = 1;
	return 0;
}

/* The debug build asks whether this really is the best size here. */
static inline void check_leaf_size(struct pt_state *st, uint64_t oa, unsigned int pgsize_lg2)
{
	struct pt_iommu *pt = st->range->pt;
	unsigned int best = 0;

	pt_index_to_va(st);
	if (pt_can_have_leaf(st))
		best = pt_compute_best_pgsize(pt, pt_possible_sizes(st) & pt->domain.pgsize_bitmap,
					      st->range->va, st->range->last_va, oa);
	PT_WARN_ON(st, best != pgsize_lg2);
}

/* The debug build installs only what is in line. */
static inline void install_leaf(struct pt_state *st, uint64_t oa, unsigned int pgsize_lg2,
				const struct pt_write_attrs *attrs)
{
	if (pt_check_install_leaf_args(st, oa, pgsize_lg2))
		pt_install_leaf_entry(st, oa, pgsize_lg2, attrs);
}

/* Is there room for a leaf of `step` items? Empty tables that are in its place go. */
static inline int map_make_room(struct pt_state *st, const struct map_args *map, unsigned int step)
{
	st->type = pt_load_entry_raw(st);
	if (step == 1 && st->type == PT_ENTRY_EMPTY)
		return 0;
	pt_index_to_va(st);
	return clear_contig(st, map->gather, step);
}

/* Installs leaves of `step` items each, from the current index up to `end`. */
static inline int map_leaves(struct pt_state *st, struct map_args *map, unsigned int step,
			     unsigned int end)
{
	unsigned int pgsize_lg2 = map->leaf_pgsize_lg2;
	unsigned int first = st->index;
	uint64_t oa = map->oa;
	int err;

	for (;;) {
		err = map_make_room(st, map, step);
		if (err)
			break;
		if (PT_DEBUG)
			check_leaf_size(st, oa, pgsize_lg2);
		install_leaf(st, oa, pgsize_lg2, &map->attrs);
		oa += log2_to_int(pgsize_lg2);
		st->index += (uint16_t)step;
		if (st->index >= end)
			break;
	}
	flush_writes_range(st, first, st->index);
	map->oa = oa;
	return err;
}

/* The size that was planned came to its end behind the leaf before the current index. */
static inline void map_next_size(struct pt_state *st, struct map_args *map, unsigned int step)
{
	struct pt_range *range = st->range;
	uint64_t next_va;

	/* Past the end of the table the index has no VA: ask from the last leaf. */
	st->index -= (uint16_t)step;
	pt_index_to_va(st);
	st->index += (uint16_t)step;
	next_va = range->va + log2_to_int(map->leaf_pgsize_lg2);
	if (next_va - 1 == range->last_va) {
		PT_WARN_ON(st, st->index != st->end_index);
		return;
	}
	map_choose_leaves(range->pt, map, next_va, range->last_va);
	if (st->index != st->end_index)
		pt_index_to_va(st);
}

/*
 * Leaves of one size from the current index on, as far as this table goes. The
 * kernel counts leaves against items here; so does this.
 */
static inline int __map_range_leaf(struct pt_state *at, struct map_args *map)
{
	struct pt_state st = *at;
	unsigned int step = 1u << (map->leaf_pgsize_lg2 - pt_table_item_lg2sz(&st));
	unsigned int room = st.end_index - st.index;
	unsigned int items = map->num_leaves < room ? (unsigned int)map->num_leaves : room;
	int err;

	PT_WARN_ON(&st, !pt_can_have_leaf(&st));
	map->num_leaves = (uint32_t)(map->num_leaves - items);
	err = map_leaves(&st, map, step, st.index + items);
	if (!err && !map->num_leaves)
		map_next_size(&st, map, step);
	*at = st;
	return err;
}

/*
 * Makes sure that the current item points to a table; who loses a race for it
 * looks again.
 */
static inline int map_reach_table(struct pt_state *st, const struct map_args *map)
{
	int err;

	do {
		st->type = pt_load_entry_raw(st);
		if (st->type == PT_ENTRY_OA)
			return -EADDRINUSE;
		if (st->type == PT_ENTRY_TABLE) {
			st->table_lower = pt_table_ptr(st);
			/* Whoever installed it may not have written it back yet. */
			if (pts_feature(st, IOPT_FEATURE_DMA_INCOHERENT) &&
			    !pt_test_sw_bit_acquire(st, SW_BIT_CACHE_FLUSH_DONE))
				flush_writes_item(st);
			return 0;
		}
		err = pt_iommu_new_table(st, &map->attrs);
	} while (err == -EAGAIN);
	return err;
}

/*
 * Under level 0, in a new and empty table, the kernel goes on adding tables
 * without end, unless it gets none.
 */
static int map_run_away(const struct pt_state *st)
{
	if (!table_alloc(st))
		return -ENOMEM;
	st->range->pt->domain.crashed = true;
	return -ENXIO;
}

/* Enters the table under the current item, which is made where it is missing. */
static inline int map_descend(struct pt_state **at, const struct map_args *map)
{
	struct pt_state *st = *at;
	int err;

	PT_WARN_ON(st, !pt_can_have_table(st));
	err = map_reach_table(st, map);
	if (err)
		return err;
	if (!st->level)
		return map_run_away(st);
	*at = st - 1;
	pt_enter_table(st - 1, st->range, st->level - 1u, st->table_lower);
	return 0;
}

/* From a table that is done to the item behind it, in the first one that is not. */
static inline void map_ascend(struct pt_state **at)
{
	struct pt_state *st = *at;

	while (st->index >= st->end_index && st->level != st->range->top_level) {
		st++;
		st->index++;
		pt_index_to_va(st);
	}
	*at = st;
}

/*
 * Down to the level of the next leaves, along them, up again, until the top is
 * done. That level may change with every run of leaves.
 */
static __attribute__((noinline)) int __map_range(struct pt_range *range, struct map_args *map)
{
	struct pt_state path[PT_MAX_TOP_LEVEL + 1]; /* by level */
	struct pt_state *st = &path[range->top_level];
	int err;

	pt_enter_table(st, range, range->top_level, range->top_table);
	do {
		if (map->leaf_level == st->level) {
			err = __map_range_leaf(st, map);
			map_ascend(&st);
		} else {
			err = map_descend(&st, map);
		}
	} while (!err && st->index < st->end_index);
	return err;
}

/* One 4 KiB page into a table that is there; -EAGAIN when it is not. */
static inline int __map_single_page(struct pt_range *range, struct map_args *map)
{
	struct pt_state st = pt_init_top(range);

	while (pt_load_single_entry(&st) == PT_ENTRY_TABLE) {
		if (PT_WARN_ON(&st, !st.table_lower))
			return -EINVAL;
		st.table = st.table_lower;
		st.level--;
	}
	if (st.level)
		return -EAGAIN;
	if (st.type != PT_ENTRY_EMPTY)
		return -EADDRINUSE;
	install_leaf(&st, map->oa, PT_PAGE_LG2SZ, &map->attrs);
	map->oa += UINT64_C(1) << PT_PAGE_LG2SZ;
	return 0;
}

/* Write-backs, and tables that are missing, are beyond the quick way. */
static inline int do_map(struct pt_range *range, bool single_page, struct map_args *map)
{
	bool quick = single_page && !pt_feature(range->pt, IOPT_FEATURE_DMA_INCOHERENT);
	int err = quick ? __map_single_page(range, map) : -EAGAIN;

	return err == -EAGAIN ? __map_range(range, map) : err;
}
