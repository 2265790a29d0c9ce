/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d second stage (Intel Virtualization Technology for Directed I/O
 * Architecture Specification, 3.7 "Second-Stage Translation" and 9.8
 * "Second-Stage Paging Entries"). Level 0 is SS-PTE; there is no present bit:
 * an entry is present when it can be read or written.
 *
 * Figure 9-8 of section 9.8 has all entries; the tables named below, as
 * revision 5.10 numbers them, have their fields: 41 SS-PML5E, 42 SS-PML4E, 44
 * SS-PDPE and 46 SS-PDE refer to a table; 43 SS-PDPE, 45 SS-PDE and 47 SS-PTE
 * map a page.
 */
#include "../abi/iopt_subject.h"

enum {
	PT_MAX_VA_ADDRESS_LG2 = 57, /* 3.7, five levels */
	PT_MAX_OUTPUT_ADDRESS_LG2 = 52, /* 9.8, addresses end at bit 51 at most */
	PT_MAX_TOP_LEVEL = 4, /* SS-PML5E */
	PT_GRANULE_LG2SZ = 12,
};

#define PT_FORMAT_FEATURES \
	(IOPT_FEATURE_VTDSS_FORCE_COHERENCE | IOPT_FEATURE_VTDSS_FORCE_WRITEABLE)
#define PT_WIRED_FEATURES \
	(PT_FORMAT_FEATURES | IOPT_FEATURE_DMA_INCOHERENT | IOPT_FEATURE_FLUSH_RANGE)
#define PT_FORCE_ENABLED_FEATURES 0u

#include "../pt_defs.h"

#define VTDSS_FMT_R (UINT64_C(1) << 0) /* read: 9.8, all */
#define VTDSS_FMT_W (UINT64_C(1) << 1) /* write: 9.8, all */
#define VTDSS_FMT_PS (UINT64_C(1) << 7) /* page size: 9.8, 1 in tables 43 and 45, 0 in 44 and 46 */
#define VTDSS_FMT_D (UINT64_C(1) << 9) /* dirty: 9.8, tables 43, 45, 47, and 3.7.2 */
#define VTDSS_FMT_SNP (UINT64_C(1) << 11) /* snoop: 9.8, tables 43, 45, 47 */
#define VTDSS_FMT_OA UINT64_C(0x000ffffffffff000) /* address, (HAW-1):12: 9.8, all */

/*
 * Of the ignored bits the first software bit takes bit 10, which figure 9-8
 * leaves to software in every entry; no other is used.
 */
static inline uint64_t pt_sw_bit(unsigned int bitnr)
{
	return bitnr ? 0 : UINT64_C(1) << 10;
}
#define pt_sw_bit pt_sw_bit

static inline uint64_t pt_table_pa(const struct pt_state *st)
{
	return st->entry & VTDSS_FMT_OA;
}

static inline uint64_t pt_entry_oa(const struct pt_state *st)
{
	return pt_table_pa(st);
}

/* Up to 1 GiB (table 43). */
static inline bool pt_can_have_leaf(const struct pt_state *st)
{
	return st->level < 3;
}

static inline unsigned int pt_num_items_lg2(const struct pt_state *st)
{
	(void)st;
	return PT_TABLE_ITEMS_LG2;
}

static inline enum pt_entry_type pt_load_entry_raw(struct pt_state *st)
{
	st->entry = pt_read_item(st, st->index);
	if (!st->entry)
		return PT_ENTRY_EMPTY;
	if (!st->level)
		return PT_ENTRY_OA;
	return pt_can_have_leaf(st) && (st->entry & VTDSS_FMT_PS) ? PT_ENTRY_OA : PT_ENTRY_TABLE;
}

static inline void pt_install_leaf_entry(struct pt_state *st, uint64_t oa, unsigned int oasz_lg2,
					 const struct pt_write_attrs *attrs)
{
	uint64_t leaf = (oa & VTDSS_FMT_OA) | attrs->descriptor_bits;

	(void)oasz_lg2;
	if (st->level)
		leaf |= VTDSS_FMT_PS;
	pt_write_items(st, st->index, 1, leaf);
}

static inline bool pt_install_table(struct pt_state *st, uint64_t table_pa,
				    const struct pt_write_attrs *attrs)
{
	(void)attrs;
	return pt_table_install64(st, (table_pa & VTDSS_FMT_OA) | VTDSS_FMT_R | VTDSS_FMT_W);
}

static inline bool pt_entry_is_write_dirty(const struct pt_state *st)
{
	return pt_read_item(st, st->index) & VTDSS_FMT_D;
}
#define pt_entry_is_write_dirty pt_entry_is_write_dirty

static inline void pt_entry_make_write_clean(struct pt_state *st)
{
	uint64_t item = pt_read_item(st, st->index);

	pt_write_items(st, st->index, 1, item & ~VTDSS_FMT_D);
}

static inline bool pt_entry_make_write_dirty(struct pt_state *st)
{
	return pt_exchange_item(st, st->entry | VTDSS_FMT_D, IOPT_ACQ_REL);
}

static inline int pt_iommu_set_prot(const struct pt_iommu *pt, struct pt_write_attrs *attrs,
				    uint32_t prot)
{
	uint64_t bits = 0;

	if (prot & IOPT_PROT_READ)
		bits |= VTDSS_FMT_R;
	if (prot & IOPT_PROT_WRITE)
		bits |= VTDSS_FMT_W;
	else if (pt_enabled(pt, IOPT_FEATURE_VTDSS_FORCE_WRITEABLE))
		return -EINVAL; /* an erratum forbids read-only pages under nesting */
	if (!bits)
		return -EINVAL;
	if (pt_enabled(pt, IOPT_FEATURE_VTDSS_FORCE_COHERENCE))
		bits |= VTDSS_FMT_SNP;
	attrs->descriptor_bits = bits;
	return 0;
}

/* Three to five levels. */
static inline int pt_iommu_fmt_init(struct pt_iommu *pt, const struct iopt_config *config)
{
	if (config->top < 2 || config->top > PT_MAX_TOP_LEVEL)
		return -EOPNOTSUPP;
	pt_top_set_level(pt, config->top);
	return 0;
}

#define PT_FORMAT vtdss
#include "iommu_template.h"
