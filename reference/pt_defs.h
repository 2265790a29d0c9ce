/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a format builds on (kernel: generic_pt/pt_defs.h). This and pt_common.h
 * are compiled once for each format, pt_build.h and what includes it once for
 * each build of it; fmt/iommu_template.h says how.
 *
 * The language: VA is the input address, OA the output address; level 0 holds
 * leaves only; an item is one index of a table, an entry all items of one
 * translation; lg2 marks a base-2 logarithm.
 */
#ifndef LOCKSTEP_PT_DEFS_H
#define LOCKSTEP_PT_DEFS_H

#include "pt_iommu.h"
#include "pt_log2.h"

#include <errno.h>

enum {
	PT_PAGE_LG2SZ = 12, /* the system's pages */
	PT_ITEM_LG2SZ = 3, /* all formats here have 64-bit items */
	PT_TABLE_ITEMS_LG2 = 9, /* items of a table of one page */
};

enum pt_entry_type {
	PT_ENTRY_EMPTY,
	PT_ENTRY_TABLE, /* points to a lower table */
	PT_ENTRY_OA, /* translates */
};

/* A range of VAs and the top of the table that it is walked from. */
struct pt_range {
	struct pt_iommu *pt;
	uint64_t *top_table;
	uint64_t va;
	uint64_t last_va;
	uint8_t top_level;
	uint8_t max_vasz_lg2;
};

/* A position in one table. */
struct pt_state {
	struct pt_range *range;
	uint64_t *table;
	uint64_t *table_lower;
	uint64_t entry;
	enum pt_entry_type type;
	uint16_t index;
	uint16_t end_index;
	uint8_t level;
};

/* How a leaf is to look, computed once for each map. */
struct pt_write_attrs {
	uint64_t descriptor_bits;
};

/* For formats: is a feature (one enum iopt_feature bit) in force? */
static inline bool pt_enabled(const struct pt_iommu *pt, uint32_t feature)
{
	return (PT_FORCE_ENABLED_FEATURES | pt->features) & feature;
}

/* Table memory by physical address, and back. */
static inline uint64_t *pt_phys_to_virt(const struct pt_iommu *pt, uint64_t pa)
{
	return (uint64_t *)(void *)(pt->domain.arena + (pa - IOPT_ARENA_BASE));
}

static inline uint64_t pt_virt_to_phys(const struct pt_iommu *pt, const uint64_t *table)
{
	return IOPT_ARENA_BASE + (uint64_t)((const uint8_t *)table - pt->domain.arena);
}

static inline uint64_t pt_table_phys(const struct pt_state *st)
{
	return pt_virt_to_phys(st->range->pt, st->table);
}

/*
 * Items are read and written whole and once, as READ_ONCE() and WRITE_ONCE() do.
 * (Relaxed atomics would keep everything else from staying in registers.)
 * Reads the item at `index`.
 */
static inline uint64_t pt_read_item(const struct pt_state *st, unsigned int index)
{
	return *(const volatile uint64_t *)&st->table[index];
}

/* Writes `value` to `count` items from `index` on: the only way to a table's words. */
static inline void pt_write_items(struct pt_state *st, unsigned int index, unsigned int count,
				  uint64_t value)
{
	uint64_t *item = &st->table[index];

	for (unsigned int i = 0; i < count; i++)
		*(volatile uint64_t *)&item[i] = value;
	iopt_log_store(st->range->pt->domain.log, pt_virt_to_phys(st->range->pt, item), count,
		       value, 0);
}

/*
 * Replaces the current item, which must still hold what was loaded; virtual
 * CPUs may race here. On success st->entry is the new value. `order` is
 * IOPT_RELEASE or IOPT_ACQ_REL.
 */
static inline bool pt_exchange_item(struct pt_state *st, uint64_t value, enum iopt_order order)
{
	struct iommu_domain *domain = &st->range->pt->domain;
	uint64_t *item = &st->table[st->index];
	uint64_t found = st->entry;

	if (__builtin_expect(domain->services.compare_exchange != NULL, 0))
		found = domain->services.compare_exchange(domain->host, IOPT_CELL_TABLE_WORD, item,
							  found, value, order);
	else
		__atomic_compare_exchange_n(item, &found, value, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED);
	if (found != st->entry)
		return false;
	st->entry = value;
	iopt_log_store(domain->log, pt_virt_to_phys(st->range->pt, item), 1, value, 0);
	return true;
}

/* Points the current item at a lower table. */
static inline bool pt_table_install64(struct pt_state *st, uint64_t table_entry)
{
	iommu_yield(&st->range->pt->domain, IOPT_POINT_TABLE_INSTALL);
	return pt_exchange_item(st, table_entry, IOPT_RELEASE);
}

static inline uint64_t _pt_top_set(const uint64_t *table, unsigned int level)
{
	return (uint64_t)(uintptr_t)table | level;
}

static inline unsigned int pt_top_get_level(const struct pt_iommu *pt)
{
	return pt->top_of_table & PT_TOP_LEVEL_MASK;
}

static inline void pt_top_set_level(struct pt_iommu *pt, unsigned int level)
{
	pt->top_of_table = _pt_top_set(NULL, level);
}

/* VA bits below the one that selects an item: one item's size. */
static inline unsigned int pt_table_item_lg2sz(const struct pt_state *st)
{
	return PT_GRANULE_LG2SZ + PT_TABLE_ITEMS_LG2 * st->level;
}

static inline unsigned int pt_pgsz_lg2_to_level(unsigned int pgsize_lg2)
{
	return (pgsize_lg2 - (unsigned int)PT_GRANULE_LG2SZ) / PT_TABLE_ITEMS_LG2;
}

#endif
