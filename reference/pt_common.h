/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every format has once its own functions are known: the defaults for what
 * it left out, and what follows from the rest (kernel: generic_pt/pt_common.h
 * and pt_fmt_defaults.h).
 */
#ifndef LOCKSTEP_PT_COMMON_H
#define LOCKSTEP_PT_COMMON_H

#include "pt_defs.h"

/* Without these a format has no contiguous entries. */
#ifndef pt_entry_num_contig_lg2
static inline unsigned int pt_entry_num_contig_lg2(const struct pt_state *st)
{
	(void)st;
	return 0;
}

static inline unsigned int pt_contig_count_lg2(const struct pt_state *st)
{
	(void)st;
	return 0;
}
#endif

/* Without these a format does not track dirty pages. */
#ifdef pt_entry_is_write_dirty
enum { PT_HAS_DIRTY = 1 };
#else
enum { PT_HAS_DIRTY = 0 };

static inline bool pt_entry_is_write_dirty(const struct pt_state *st)
{
	(void)st;
	return false;
}

static inline void pt_entry_make_write_clean(struct pt_state *st)
{
	(void)st;
}

static inline bool pt_entry_make_write_dirty(struct pt_state *st)
{
	(void)st;
	return false;
}
#endif

/* Where a format keeps one contiguous size a level, it gives only that. */
#ifdef pt_possible_sizes
enum { PT_MANY_CONTIG_SIZES = 1 };

static inline unsigned int pt_contig_count_lg2(const struct pt_state *st)
{
	(void)st;
	return 0;
}
#else
enum { PT_MANY_CONTIG_SIZES = 0 };

static inline uint64_t pt_possible_sizes(const struct pt_state *st)
{
	unsigned int item_lg2 = pt_table_item_lg2sz(st);

	if (!pt_can_have_leaf(st))
		return 0;
	return (UINT64_C(1) | log2_to_int(pt_contig_count_lg2(st))) << item_lg2;
}
#endif

/* Only formats that can be incoherent have a use for software bits. */
#ifndef pt_sw_bit
static inline uint64_t pt_sw_bit(unsigned int bitnr)
{
	(void)bitnr;
	return 0;
}
#endif

/* Level 0 holds no pointers to tables. */
static inline bool pt_can_have_table(const struct pt_state *st)
{
	return st->level != 0;
}

static inline bool pt_test_sw_bit_acquire(const struct pt_state *st, unsigned int bitnr)
{
	return st->entry & pt_sw_bit(bitnr);
}

static inline void pt_set_sw_bit_release(struct pt_state *st, unsigned int bitnr)
{
	while (!pt_exchange_item(st, st->entry | pt_sw_bit(bitnr), IOPT_RELEASE))
		st->entry = pt_read_item(st, st->index);
}

/* Size of a leaf entry, all its items together. */
static inline unsigned int pt_entry_oa_lg2sz(const struct pt_state *st)
{
	return pt_entry_num_contig_lg2(st) + pt_table_item_lg2sz(st);
}

/* The OA that range->va itself translates to. */
static inline uint64_t pt_entry_oa_exact(const struct pt_state *st)
{
	uint64_t start = pt_entry_oa(st);

	return start | log2_mod(st->range->va, pt_entry_oa_lg2sz(st));
}

/* VA bits that the whole table decodes. */
static inline unsigned int pt_table_oa_lg2sz(const struct pt_state *st)
{
	const struct pt_range *range = st->range;
	unsigned int whole;

	if (st->level == range->top_level)
		return range->max_vasz_lg2;
	whole = pt_num_items_lg2(st) + pt_table_item_lg2sz(st);
	return whole < range->pt->max_vasz_lg2 ? whole : range->pt->max_vasz_lg2;
}

static inline uint64_t *pt_table_ptr(const struct pt_state *st)
{
	return pt_phys_to_virt(st->range->pt, pt_table_pa(st));
}

static inline void pt_load_entry(struct pt_state *st)
{
	st->type = pt_load_entry_raw(st);
	if (st->type == PT_ENTRY_TABLE)
		st->table_lower = pt_table_ptr(st);
}

#endif
