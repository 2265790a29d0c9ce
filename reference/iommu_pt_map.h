/* SPDX-License-Identifier: GPL-2.0-only */
/* Map: choice of leaves and the walk that installs them. */
#ifndef LOCKSTEP_IOMMU_PT_MAP_H
#define LOCKSTEP_IOMMU_PT_MAP_H

#include "iommu_pt_gather.h"

/* The software bit of a table item that says: this item was written back. */
enum { SW_BIT_CACHE_FLUSH_DONE = 0 };

struct map_args {
	struct iommu_iotlb_gather *gather;
	struct pt_write_attrs attrs;
	uint64_t oa; /* of the next leaf */
	uint64_t num_leaves; /* that many of the current size before it changes */
	unsigned int leaf_pgsize_lg2;
	unsigned int leaf_level;
};

/* The size of the leaves from va on; 0 where nothing fits. */
static inline void map_choose_leaves(struct pt_iommu *pt, struct map_args *map, uint64_t va,
				     uint64_t last_va)
{
	uint64_t pgsizes = pt->domain.pgsize_bitmap;

	map->leaf_pgsize_lg2 = pt_compute_best_pgsize(pt, pgsizes, va, last_va, map->oa);
	map->leaf_level = pt_pgsz_lg2_to_level(map->leaf_pgsize_lg2);
	map->num_leaves = pt_pgsz_count(pgsizes, va, last_va, map->oa, map->leaf_pgsize_lg2);
}

/* A single page of 4 KiB is taken as it is, whatever the bitmap allows. */
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

/*
 * Puts a new table under the current, empty item. The production build does so
 * even at level 0, where an unaligned length leads.
 */
static int pt_iommu_new_table(struct pt_state *st, const struct pt_write_attrs *attrs)
{
	struct pt_iommu *pt = st->range->pt;
	uint64_t pa;

	if (PT_WARN_ON(st, !pt_can_have_table(st)))
		return -ENXIO;
	pa = table_alloc(st);
	if (!pa)
		return -ENOMEM;
	if (!pt_install_table(st, pa, attrs)) {
		iommu_pages_free_incoherent(&pt->domain, pa);
		return -EAGAIN;
	}
	if (pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT)) {
		flush_writes_item(st);
		pt_set_sw_bit_release(st, SW_BIT_CACHE_FLUSH_DONE);
	}
	if (PT_DEBUG) {
		pt_load_single_entry(st);
		if (PT_WARN_ON(st, pt_table_pa(st) != pa)) {
			pt_clear_entries(st, 0);
			iommu_pages_free_incoherent(&pt->domain, pa);
			return -EINVAL;
		}
	}
	st->table_lower = pt_phys_to_virt(pt, pa);
	return 0;
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
	iommu_pages_list_add(&pt->domain, &collect.freelist, pt_table_pa(st));
	gather_range_pages(gather, pt, st->range->va, log2_to_int(pt_table_item_lg2sz(st)),
			   &collect.freelist);
	return 0;
}

/*
 * Makes room for a leaf of `items` items: empty tables go, leaves are in use.
 * Kept out of the loop over leaves, which needs the registers.
 */
static __attribute__((noinline)) int clear_contig(const struct pt_state *start, struct iommu_iotlb_gather *gather,
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

/* The debug build asks whether this really is the best size here. */
static inline void check_leaf_size(struct pt_state *st, const struct map_args *map)
{
	struct pt_iommu *pt = st->range->pt;
	unsigned int best = 0;

	pt_index_to_va(st);
	if (pt_can_have_leaf(st))
		best = pt_compute_best_pgsize(pt, pt_possible_sizes(st) & pt->domain.pgsize_bitmap,
					      st->range->va, st->range->last_va, map->oa);
	PT_WARN_ON(st, best != map->leaf_pgsize_lg2);
}

/* Installs leaves from the current index up to end_index. */
static inline int map_leaves(struct pt_state *st, struct map_args *map, unsigned int step)
{
	unsigned int first = st->index;
	int err = 0;

	do {
		st->type = pt_load_entry_raw(st);
		if (st->type != PT_ENTRY_EMPTY || step != 1) {
			if (st->index != first)
				pt_index_to_va(st);
			err = clear_contig(st, map->gather, step);
			if (err)
				break;
		}
		if (PT_DEBUG)
			check_leaf_size(st, map);
		pt_install_leaf_entry(st, map->oa, map->leaf_pgsize_lg2, &map->attrs);
		map->oa += log2_to_int(map->leaf_pgsize_lg2);
		st->index += (uint16_t)step;
	} while (st->index < st->end_index);

	flush_writes_range(st, first, st->index);
	return err;
}

/*
 * Leaves of one size in one table. -EAGAIN: go on in this table with another
 * size. The kernel counts leaves against items here; so does this.
 */
static int __map_range_leaf(struct pt_range *range, void *arg, unsigned int level, uint64_t *table)
{
	struct pt_state st = pt_init(range, level, table);
	struct map_args *map = arg;
	unsigned int step;
	unsigned int first;
	unsigned int table_end;
	uint32_t left = 0;
	uint64_t next_va;
	int err;

	PT_WARN_ON(&st, map->leaf_level != level);
	PT_WARN_ON(&st, !pt_can_have_leaf(&st));
	step = 1u << (map->leaf_pgsize_lg2 - pt_table_item_lg2sz(&st));
	_pt_iter_first(&st);
	first = st.index;
	table_end = st.end_index;
	if (first + map->num_leaves < table_end)
		st.end_index = (uint16_t)(first + map->num_leaves);
	else
		left = (uint32_t)(map->num_leaves - (table_end - first));

	err = map_leaves(&st, map, step);
	map->num_leaves = left;
	if (err || left)
		return err;

	/* Past the end of the table the index has no VA: ask from the last leaf. */
	st.index -= (uint16_t)step;
	pt_index_to_va(&st);
	st.index += (uint16_t)step;
	next_va = range->va + log2_to_int(map->leaf_pgsize_lg2);
	if (next_va - 1 == range->last_va) {
		PT_WARN_ON(&st, st.index != table_end);
		return 0;
	}
	map_choose_leaves(range->pt, map, next_va, range->last_va);
	if (st.index == table_end)
		return 0;
	if (st.index != first)
		pt_index_to_va(&st);
	return -EAGAIN;
}

/* Makes sure that the current item points to a table. */
static inline int map_reach_table(struct pt_state *st, const struct map_args *map)
{
	st->type = pt_load_entry_raw(st);
	if (st->type == PT_ENTRY_EMPTY)
		return pt_iommu_new_table(st, &map->attrs);
	if (st->type == PT_ENTRY_OA)
		return -EADDRINUSE;
	st->table_lower = pt_table_ptr(st);
	/* Whoever installed it may not have written it back yet. */
	if (pts_feature(st, IOPT_FEATURE_DMA_INCOHERENT) &&
	    !pt_test_sw_bit_acquire(st, SW_BIT_CACHE_FLUSH_DONE))
		flush_writes_item(st);
	return 0;
}

/*
 * Below level 0, in a new and empty table, the kernel goes on adding tables
 * without end, unless it gets none.
 */
static int map_run_away(struct pt_state *st)
{
	if (!table_alloc(st))
		return -ENOMEM;
	st->range->pt->domain.crashed = true;
	return -ENXIO;
}

static int __map_range(struct pt_range *range, void *arg, unsigned int level, uint64_t *table)
{
	struct pt_state st = pt_init(range, level, table);
	struct map_args *map = arg;

	if (level > PT_MAX_TOP_LEVEL)
		return map_run_away(&st);
	PT_WARN_ON(&st, map->leaf_level == level);
	PT_WARN_ON(&st, !pt_can_have_table(&st));
	_pt_iter_first(&st);
	for (;;) {
		int err = map_reach_table(&st, map);

		if (err)
			return err;
		do {
			bool leaves = map->leaf_level == level - 1;

			err = pt_descend(&st, arg, leaves ? __map_range_leaf : __map_range);
		} while (err == -EAGAIN);
		if (err)
			return err;

		st.index++;
		pt_index_to_va(&st);
		if (st.index >= st.end_index)
			return 0;
		/* The next leaves belong into this very table. */
		if (map->leaf_level == level)
			return -EAGAIN;
	}
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
	pt_install_leaf_entry(&st, map->oa, PT_PAGE_LG2SZ, &map->attrs);
	map->oa += UINT64_C(1) << PT_PAGE_LG2SZ;
	return 0;
}

static inline int do_map(struct pt_range *range, bool single_page, struct map_args *map)
{
	int err;

	/* The fast path does no write-backs. */
	if (single_page && !pt_feature(range->pt, IOPT_FEATURE_DMA_INCOHERENT)) {
		err = __map_single_page(range, map);
		if (err != -EAGAIN)
			return err;
	}
	do {
		bool leaves = map->leaf_level == range->top_level;

		err = pt_walk_range(range, leaves ? __map_range_leaf : __map_range, map);
	} while (err == -EAGAIN);
	return err;
}

#endif
