/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranges, positions and the choice of page sizes (kernel: generic_pt/pt_iter.h).
 * Compiled for each build, see iommu_pt.h.
 */

/*
 * Do both ends lie in the table's space? With sign extension the upper bits of
 * both are judged by those of the first, and only from max_vasz_lg2 on.
 */
static inline int pt_check_range(const struct pt_range *range)
{
	unsigned int width = range->max_vasz_lg2;
	uint64_t upper = 0;

	pt_warn_on(range->pt, !width);
	if (pt_feature(range->pt, IOPT_FEATURE_SIGN_EXTEND)) {
		pt_warn_on(range->pt, range->pt->max_vasz_lg2 != width);
		if (fvalog2_div(range->va, width - 1))
			upper = UINT64_MAX;
	}
	if (fvalog2_div_eq(range->va, upper, width) && fvalog2_div_eq(range->last_va, upper, width))
		return 0;
	return -ERANGE;
}

/* Moves range->va to the start of the current item. */
static inline void pt_index_to_va(struct pt_state *st)
{
	uint64_t inside = (uint64_t)st->index << pt_table_item_lg2sz(st);

	st->range->va = fvalog2_set_mod(st->range->va, inside, pt_table_oa_lg2sz(st));
}

/* Does the range cover all of the item of this size that it begins in? */
static inline bool pt_entry_fully_covered(const struct pt_state *st, unsigned int oasz_lg2)
{
	const struct pt_range *range = st->range;

	if (log2_mod(range->va, oasz_lg2))
		return false;
	return !log2_div_eq(range->va, range->last_va, oasz_lg2) ||
	       log2_mod_eq_max(range->last_va, oasz_lg2);
}

/* Index of `va` in the table of this position. */
static inline unsigned int pt_va_to_index(const struct pt_state *st, uint64_t va)
{
	unsigned int item_lg2 = pt_table_item_lg2sz(st);

	if (st->level == st->range->top_level)
		return (unsigned int)(fvalog2_mod(va, st->range->max_vasz_lg2) >> item_lg2);
	return (unsigned int)log2_mod(va >> item_lg2, pt_num_items_lg2(st));
}

static inline unsigned int pt_range_to_index(const struct pt_state *st)
{
	PT_WARN_ON(st, st->level > st->range->top_level);
	return pt_va_to_index(st, st->range->va);
}

/* One past the last index of the range in this table. */
static inline unsigned int pt_range_to_end_index(const struct pt_state *st)
{
	const struct pt_range *range = st->range;
	unsigned int items_lg2 = pt_num_items_lg2(st);
	unsigned int table_lg2 = items_lg2 + pt_table_item_lg2sz(st);
	bool goes_beyond = st->level != range->top_level &&
			   !log2_div_eq(range->va, range->last_va, table_lg2);

	return goes_beyond ? 1u << items_lg2 : pt_va_to_index(st, range->last_va) + 1;
}

static inline void _pt_iter_first(struct pt_state *st)
{
	st->index = (uint16_t)pt_range_to_index(st);
	st->end_index = (uint16_t)pt_range_to_end_index(st);
	PT_WARN_ON(st, st->index > st->end_index);
}

static inline bool _pt_iter_load(struct pt_state *st)
{
	if (st->index >= st->end_index)
		return false;
	pt_load_entry(st);
	return true;
}

/* On to the next entry; from the middle of a contiguous one to its end. */
static inline void pt_next_entry(struct pt_state *st)
{
	unsigned int items_lg2 = st->type == PT_ENTRY_OA ? pt_entry_num_contig_lg2(st) : 0;
	unsigned int ahead = st->index + (1u << items_lg2);

	st->index = (uint16_t)(ahead >> items_lg2 << items_lg2);
	pt_index_to_va(st);
}

/* Loads the one entry that range->va lies in. */
static inline enum pt_entry_type pt_load_single_entry(struct pt_state *st)
{
	st->index = (uint16_t)pt_range_to_index(st);
	pt_load_entry(st);
	return st->type;
}

static inline struct pt_state pt_init(struct pt_range *range, unsigned int level, uint64_t *table)
{
	return (struct pt_state){ .range = range, .table = table, .level = (uint8_t)level };
}

static inline struct pt_state pt_init_top(struct pt_range *range)
{
	return pt_init(range, range->top_level, range->top_table);
}

/* A position at the first entry of the range in this table. */
static inline void pt_enter_table(struct pt_state *st, struct pt_range *range, unsigned int level,
				  uint64_t *table)
{
	*st = pt_init(range, level, table);
	_pt_iter_first(st);
}

/*
 * All of the table below `top`; with sign extension its lower half. While the
 * top can grow, a table that is not the largest limits the space.
 */
static inline struct pt_range _pt_top_range(struct pt_iommu *pt, uint64_t top)
{
	struct pt_range range = { .pt = pt };
	struct pt_state st;
	unsigned int width = pt->max_vasz_lg2;

	range.top_table = (uint64_t *)(uintptr_t)(top & ~PT_TOP_LEVEL_MASK);
	range.top_level = top & PT_TOP_LEVEL_MASK;
	st = pt_init_top(&range);
	if (pt_feature(pt, IOPT_FEATURE_DYNAMIC_TOP) && range.top_level != PT_MAX_TOP_LEVEL) {
		unsigned int reach = pt_num_items_lg2(&st) + pt_table_item_lg2sz(&st);

		width = reach < width ? reach : width;
	}
	range.max_vasz_lg2 = (uint8_t)width;
	if (pt_feature(pt, IOPT_FEATURE_SIGN_EXTEND))
		width--;
	range.last_va = fvalog2_set_mod_max(0, width);
	return range;
}

static inline struct pt_range pt_top_range(struct pt_iommu *pt)
{
	return _pt_top_range(pt, pt->top_of_table);
}

/* Spans every index of the top; with sign extension its VAs mean nothing. */
static inline struct pt_range pt_all_range(struct pt_iommu *pt)
{
	struct pt_range range = pt_top_range(pt);

	if (pt_feature(pt, IOPT_FEATURE_SIGN_EXTEND))
		range.last_va = fvalog2_set_mod_max(0, range.max_vasz_lg2);
	return range;
}

/* Not yet checked; see pt_check_range(). */
static inline struct pt_range pt_make_range(struct pt_iommu *pt, uint64_t va, uint64_t last_va)
{
	struct pt_range range = pt_top_range(pt);

	range.va = va;
	range.last_va = last_va;
	return range;
}

/* A walker: does its work on one table and descends by itself. */
typedef int (*pt_level_fn_t)(struct pt_range *range, void *arg, unsigned int level,
			     uint64_t *table);

static inline int pt_descend(struct pt_state *st, void *arg, pt_level_fn_t fn)
{
	if (PT_WARN_ON(st, !st->table_lower))
		return -EINVAL;
	return fn(st->range, arg, st->level - 1u, st->table_lower);
}

static inline int pt_walk_range(struct pt_range *range, pt_level_fn_t fn, void *arg)
{
	return fn(range, arg, range->top_level, range->top_table);
}

/* Walks all of the table that the current item points to, on a range of its own. */
static inline int pt_walk_descend_all(const struct pt_state *st, pt_level_fn_t fn, void *arg)
{
	unsigned int item_lg2 = pt_table_item_lg2sz(st);
	struct pt_range below = *st->range;

	below.va = log2_set_mod(below.va, 0, item_lg2);
	below.last_va = log2_set_mod_max(below.va, item_lg2);
	PT_WARN_ON(st, below.last_va < below.va);
	PT_WARN_ON(st, pt_check_range(&below));
	if (PT_WARN_ON(st, !pt_can_have_table(st)) || PT_WARN_ON(st, !st->table_lower))
		return -EINVAL;
	return fn(&below, arg, st->level - 1u, st->table_lower);
}

/* Size of a top table in bytes, log2, as large as it may have to become. */
static inline unsigned int pt_top_memsize_lg2(struct pt_iommu *pt, uint64_t top)
{
	struct pt_range range = _pt_top_range(pt, top);
	struct pt_state st = pt_init_top(&range);
	unsigned int items_lg2 = pt->max_vasz_lg2 - pt_table_item_lg2sz(&st);
	unsigned int bytes_lg2;

	if (pt_feature(pt, IOPT_FEATURE_DYNAMIC_TOP) && range.top_level != PT_MAX_TOP_LEVEL) {
		unsigned int full = pt_num_items_lg2(&st);

		items_lg2 = full < items_lg2 ? full : items_lg2;
	}
	/* A space smaller than one item makes this wrap; see table_alloc_top(). */
	bytes_lg2 = items_lg2 + PT_ITEM_LG2SZ;
	return bytes_lg2 < PT_PAGE_LG2SZ ? PT_PAGE_LG2SZ : bytes_lg2;
}

/*
 * The largest page of the bitmap that va and oa are multiples of and that ends
 * by last_va; 0 when there is none.
 */
static inline unsigned int pt_compute_best_pgsize(struct pt_iommu *pt, uint64_t pgsizes,
						  uint64_t va, uint64_t last_va, uint64_t oa)
{
	uint64_t start = va | oa;
	/* Up to the lowest bit set in either address, and up to the highest of the length. */
	uint64_t aligned = start ^ (start - 1);
	uint64_t inside = UINT64_MAX >> (64 - vafls(last_va - va + 1));
	uint64_t fitting = pgsizes & aligned & inside;

	if (pt_warn_on(pt, va >= last_va) || !fitting)
		return 0;
	return vafls(fitting) - 1;
}

/* How many pages of this size can be mapped before the next larger one fits. */
static inline uint64_t pt_pgsz_count(uint64_t pgsizes, uint64_t va, uint64_t last_va, uint64_t oa,
				     unsigned int pgsize_lg2)
{
	uint64_t larger = log2_set_mod(pgsizes, 0, pgsize_lg2 + 1);
	uint64_t next_size = larger & -larger;
	uint64_t bytes = last_va - va + 1;

	/* It does at its next boundary, if both addresses reach one there. */
	if (next_size && !((va ^ oa) & (next_size - 1))) {
		uint64_t to_boundary = next_size - (va & (next_size - 1));

		bytes = to_boundary < bytes ? to_boundary : bytes;
	}
	return bytes >> pgsize_lg2;
}
