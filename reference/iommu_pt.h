/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of a page table, compiled once for each format and build
 * (kernel: generic_pt/iommu_pt.h). Map is in iommu_pt_map.h and iommu_pt_top.h.
 */
#ifndef LOCKSTEP_IOMMU_PT_H
#define LOCKSTEP_IOMMU_PT_H

#include "iommu_pt_gather.h"
#include "iommu_pt_top.h"

/* The range of a request, checked for its arithmetic only. */
static inline int make_range_no_check(struct pt_iommu *pt, struct pt_range *range, uint64_t iova,
				      uint64_t len)
{
	if (!len)
		return -EINVAL;
	if (iova + (len - 1) < iova)
		return -EOVERFLOW;
	*range = pt_make_range(pt, iova, iova + (len - 1));
	return 0;
}

static inline int make_range(struct pt_iommu *pt, struct pt_range *range, uint64_t iova,
			     uint64_t len)
{
	int err = make_range_no_check(pt, range, iova, len);

	return err ? err : pt_check_range(range);
}

/* Walks down to the one entry that the range begins in; st says where it is. */
static inline int walk_to_entry(struct pt_range *range, struct pt_state *st)
{
	*st = pt_init_top(range);
	while (pt_load_single_entry(st) == PT_ENTRY_TABLE) {
		if (PT_WARN_ON(st, !st->table_lower))
			return -EINVAL;
		st->table = st->table_lower;
		st->level--;
	}
	return st->type == PT_ENTRY_OA ? 0 : -ENOENT;
}

/* An address outside the table gives the errno, cast to an address. */
static uint64_t NS(iova_to_phys)(struct pt_iommu *pt, uint64_t iova)
{
	struct pt_range range;
	struct pt_state st;
	int err = make_range(pt, &range, iova, 1);

	if (err)
		return (uint64_t)(int64_t)err;
	return walk_to_entry(&range, &st) ? 0 : pt_entry_oa_exact(&st);
}

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

struct dirty_args {
	struct iommu_iotlb_gather *gather;
	bool keep;
};

/*
 * Reports from the current address on. Of a contiguous entry the last item is
 * left out: its number is taken for one past the end.
 */
static inline void record_dirty(struct pt_state *st, const struct dirty_args *args)
{
	struct pt_iommu *pt = st->range->pt;
	unsigned int contig_lg2 = pt_entry_num_contig_lg2(st);
	uint64_t items = 1;

	if (contig_lg2) {
		unsigned int last = (unsigned int)log2_set_mod_max(st->index, contig_lg2);

		if (last > st->end_index)
			last = st->end_index;
		items = last - st->index;
	}
	items <<= pt_table_item_lg2sz(st);
	iopt_log2(pt->domain.log, IOPT_EVENT_DIRTY, st->range->va, items);
	if (args->keep)
		return;
	pt_entry_make_write_clean(st);
	iommu_iotlb_gather_add_range(args->gather, st->range->va, items);
}

static int __read_and_clear_dirty(struct pt_range *range, void *arg, unsigned int level,
				  uint64_t *table)
{
	struct pt_state st = pt_init(range, level, table);

	for_each_pt_level_entry(&st) {
		if (st.type == PT_ENTRY_TABLE) {
			int err = pt_descend(&st, arg, __read_and_clear_dirty);

			if (err)
				return err;
		} else if (st.type == PT_ENTRY_OA && pt_entry_is_write_dirty(&st)) {
			record_dirty(&st, arg);
		}
	}
	return 0;
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
	err = pt_walk_range(&range, __read_and_clear_dirty, &args);
	pt_warn_on(pt, err);
	return err;
}

static int NS(map_range)(struct pt_iommu *pt, uint64_t iova, uint64_t paddr, uint64_t size,
			 uint32_t prot, uint64_t *mapped)
{
	struct iommu_iotlb_gather gather;
	struct map_args map = { .gather = &gather, .oa = paddr };
	bool single_page = size == UINT64_C(1) << PT_PAGE_LG2SZ;
	struct pt_range range;
	int err;

	if (!(prot & (IOPT_PROT_READ | IOPT_PROT_WRITE))) {
		iommu_warn(&pt->domain);
		return -EINVAL;
	}
	/* Only the first address is held against the table's limit. */
	if (paddr >> pt->max_oasz_lg2)
		return -ERANGE;
	err = pt_iommu_set_prot(pt, &map.attrs, prot);
	if (!err)
		err = make_range_no_check(pt, &range, iova, size);
	if (!err)
		err = map_plan(&range, &map, single_page);
	if (!err)
		err = check_map_range(&range, &map);
	if (err)
		return err;

	pt_warn_on(pt, map.leaf_level > range.top_level);
	iommu_iotlb_gather_init(&gather);
	err = do_map(&range, single_page, &map);
	/* Tables made way for large leaves: walk caches may still point to them. */
	if (!iommu_pages_list_empty(&gather.freelist))
		iommu_iotlb_sync(&pt->domain, &gather);
	pt_warn_on(pt, !err && map.oa - paddr != size);
	*mapped += map.oa - paddr;
	return err;
}

struct unmap_args {
	struct iommu_pages_list freelist;
	uint64_t unmapped; /* bytes */
};

/* What one table's part of an unmap has done so far. */
struct unmap_run {
	unsigned int first; /* first index cleared, UINT16_MAX + 1 for none */
	unsigned int end; /* one past the last index cleared */
	unsigned int items; /* leaf items cleared */
};

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

/*
 * Empties a lower table, and drops it when the range covers all of it. It is
 * cleared only after everything below it was.
 */
static inline int unmap_table(struct pt_state *st, struct unmap_args *unmap, struct unmap_run *run)
{
	bool covered = pt_entry_fully_covered(st, pt_table_item_lg2sz(st));
	int err;

	st->table_lower = pt_table_ptr(st);
	err = pt_descend(st, unmap, __unmap_range);
	if (err || !covered)
		return err;
	iommu_pages_list_add(&st->range->pt->domain, &unmap->freelist,
			     pt_virt_to_phys(st->range->pt, st->table_lower));
	unmap_clear(st, run, 0);
	return 0;
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
	pt_walk_range(&range, __unmap_range, &unmap);
	gather_range_pages(gather, pt, iova, unmap.unmapped, &unmap.freelist);
	return unmap.unmapped;
}

static void NS(deinit)(struct pt_iommu *pt)
{
	struct pt_range range = pt_all_range(pt);
	struct collect_args collect = { .check_mapped = false };

	iommu_pages_list_add(&pt->domain, &collect.freelist, pt_virt_to_phys(pt, range.top_table));
	pt_walk_range(&range, __collect_tables, &collect);
	if (pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT))
		iommu_pages_stop_incoherent_list(&pt->domain, &collect.freelist);
	iommu_put_pages_list(&pt->domain, &collect.freelist);
}

#include "iommu_pt_init.h"

const struct pt_iommu_ops NS(ops) = {
	.init = NS(init),
	.deinit = NS(deinit),
	.map_range = NS(map_range),
	.unmap_range = NS(unmap_range),
	.iova_to_phys = NS(iova_to_phys),
	.set_dirty = NS(set_dirty),
	.read_and_clear_dirty = NS(read_and_clear_dirty),
};

#endif
