/* SPDX-License-Identifier: GPL-2.0-only */
/* A format that nobody builds, for ToyFormatTests: three levels, pages of 4 KiB and 2 MiB. */
#include "../abi/iopt_subject.h"

enum {
	PT_MAX_VA_ADDRESS_LG2 = 39,
	PT_MAX_OUTPUT_ADDRESS_LG2 = 52,
	PT_MAX_TOP_LEVEL = 2,
	PT_GRANULE_LG2SZ = 12,
};

#define PT_FORMAT_FEATURES 0u
#define PT_WIRED_FEATURES IOPT_FEATURE_FLUSH_RANGE
#define PT_FORCE_ENABLED_FEATURES 0u

#include "../pt_defs.h"

#define TOY_USED (UINT64_C(1) << 0)
#define TOY_PAGE (UINT64_C(1) << 1)
#define TOY_READ (UINT64_C(1) << 2)
#define TOY_WRITE (UINT64_C(1) << 3)
#define TOY_ADDRESS UINT64_C(0x000ffffffffff000)

static inline uint64_t pt_table_pa(const struct pt_state *st)
{
	return st->entry & TOY_ADDRESS;
}

static inline uint64_t pt_entry_oa(const struct pt_state *st)
{
	return st->entry & TOY_ADDRESS;
}

static inline bool pt_can_have_leaf(const struct pt_state *st)
{
	return st->level < 2;
}

static inline unsigned int pt_num_items_lg2(const struct pt_state *st)
{
	(void)st;
	return PT_TABLE_ITEMS_LG2;
}

static inline enum pt_entry_type pt_load_entry_raw(struct pt_state *st)
{
	st->entry = pt_read_item(st, st->index);
	if (!(st->entry & TOY_USED))
		return PT_ENTRY_EMPTY;
	return st->entry & TOY_PAGE ? PT_ENTRY_OA : PT_ENTRY_TABLE;
}

static inline void pt_install_leaf_entry(struct pt_state *st, uint64_t oa, unsigned int oasz_lg2,
					 const struct pt_write_attrs *attrs)
{
	uint64_t leaf = TOY_USED | TOY_PAGE | (oa & TOY_ADDRESS) | attrs->descriptor_bits;

	(void)oasz_lg2;
	pt_write_items(st, st->index, 1, leaf);
	st->entry = leaf;
}

static inline bool pt_install_table(struct pt_state *st, uint64_t table_pa,
				    const struct pt_write_attrs *attrs)
{
	(void)attrs;
	return pt_table_install64(st, TOY_USED | (table_pa & TOY_ADDRESS));
}

static inline int pt_iommu_set_prot(const struct pt_iommu *pt, struct pt_write_attrs *attrs,
				    uint32_t prot)
{
	(void)pt;
	attrs->descriptor_bits = 0;
	if (prot & IOPT_PROT_READ)
		attrs->descriptor_bits |= TOY_READ;
	if (prot & IOPT_PROT_WRITE)
		attrs->descriptor_bits |= TOY_WRITE;
	return 0;
}

static inline int pt_iommu_fmt_init(struct pt_iommu *pt, const struct iopt_config *config)
{
	if (config->va_lg2 <= 30)
		return -EOPNOTSUPP;
	pt_top_set_level(pt, PT_MAX_TOP_LEVEL);
	return 0;
}

#define PT_FORMAT toy
#include "iommu_template.h"
