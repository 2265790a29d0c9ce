/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86-64 with four or five levels. Level 0 is the PTE.
 *
 * [S] Intel Software Developer's Manual, Volume 3A, 4.5 "4-Level Paging and
 *     5-Level Paging" (the chapter is 5 of late): tables 4-14 PML5E, 4-15
 *     PML4E, 4-17 PDPTE and 4-19 PDE refer to a table, 4-16 PDPTE, 4-18 PDE
 *     and 4-20 PTE map a page.
 * [V] Intel VT-d Architecture Specification, 9.7 "First-Stage Paging Entries"
 *     (figure 9-7), with 3.6.1 on access rights and 3.6.2 on A and D.
 * [A] AMD64 Architecture Programmer's Manual, Volume 2, 5.3 "Long-Mode Page
 *     Translation", 5.4.1 "Field Definitions", 7.10 "Secure Memory
 *     Encryption". AMD's IOMMU walks the same tables (48882, 2.2.6 "I/O Page
 *     Tables for Guest Translations").
 */
#include "../abi/iopt_subject.h"

enum {
	PT_MAX_VA_ADDRESS_LG2 = 57, /* five levels: [S] 4.5 */
	PT_MAX_OUTPUT_ADDRESS_LG2 = 52, /* addresses end at bit 51 at most */
	PT_MAX_TOP_LEVEL = 4, /* PML5E */
	PT_GRANULE_LG2SZ = 12,
};

#define PT_FORMAT_FEATURES IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES
#define PT_WIRED_FEATURES                                                              \
	(PT_FORMAT_FEATURES | IOPT_FEATURE_DMA_INCOHERENT | IOPT_FEATURE_SIGN_EXTEND | \
	 IOPT_FEATURE_FLUSH_RANGE | IOPT_FEATURE_FLUSH_RANGE_NO_GAPS)
#define PT_FORCE_ENABLED_FEATURES 0u

#include "../pt_defs.h"

#define X86_64_FMT_P (UINT64_C(1) << 0) /* present: [S] 4-14 to 4-20, [V] 9.7, [A] 5.4.1 */
#define X86_64_FMT_RW (UINT64_C(1) << 1) /* read/write: as P, and [V] 3.6.1 */
#define X86_64_FMT_U (UINT64_C(1) << 2) /* user/supervisor: as P, and [V] 3.6.1 */
#define X86_64_FMT_A (UINT64_C(1) << 5) /* accessed: as P, and [V] 3.6.2 */
#define X86_64_FMT_D (UINT64_C(1) << 6) /* dirty: [S] 4-16, 4-18, 4-20, [V] 3.6.2, [A] 5.4.1 */
#define X86_64_FMT_PS (UINT64_C(1) << 7) /* page size: [S] 4-16 to 4-19, [V] 9.7, [A] 5.4.1 */
/* Bits up to the physical width, at most 51:12: [S] 4-14 to 4-20, [V] 9.7, [A] 5.3. */
#define X86_64_FMT_OA UINT64_C(0x000ffffffffff000)

/*
 * Of the ignored bits ([S] 4-14 to 4-20; AVL in [A] 5.3) the first software
 * bit takes bit 9; no other is used.
 */
static inline uint64_t pt_sw_bit(unsigned int bitnr)
{
	return bitnr ? 0 : UINT64_C(1) << 9;
}
#define pt_sw_bit pt_sw_bit

/*
 * What memory encryption adds to an entry of this table: [A] 7.10, at the
 * position that CPUID gives ([A] 7.10.1).
 */
static inline uint64_t x86_64_pt_sme(const struct pt_iommu *pt)
{
	return pt_enabled(pt, IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES) ? pt->sme_mask : 0;
}

static inline uint64_t pt_table_pa(const struct pt_state *st)
{
	return st->entry & X86_64_FMT_OA & ~x86_64_pt_sme(st->range->pt);
}

static inline uint64_t pt_entry_oa(const struct pt_state *st)
{
	return pt_table_pa(st);
}

/* Up to 1 GiB ([S] 4-16). */
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
	if (!(st->entry & X86_64_FMT_P))
		return PT_ENTRY_EMPTY;
	if (!st->level)
		return PT_ENTRY_OA;
	return pt_can_have_leaf(st) && (st->entry & X86_64_FMT_PS) ? PT_ENTRY_OA : PT_ENTRY_TABLE;
}

static inline void pt_install_leaf_entry(struct pt_state *st, uint64_t oa, unsigned int oasz_lg2,
					 const struct pt_write_attrs *attrs)
{
	uint64_t leaf = X86_64_FMT_P | (oa & X86_64_FMT_OA) | attrs->descriptor_bits;

	(void)oasz_lg2;
	if (st->level)
		leaf |= X86_64_FMT_PS;
	pt_write_items(st, st->index, 1, leaf);
}

static inline bool pt_install_table(struct pt_state *st, uint64_t table_pa,
				    const struct pt_write_attrs *attrs)
{
	uint64_t link = X86_64_FMT_P | X86_64_FMT_RW | X86_64_FMT_U | X86_64_FMT_A;

	(void)attrs;
	link |= (table_pa & X86_64_FMT_OA) | x86_64_pt_sme(st->range->pt);
	return pt_table_install64(st, link);
}

/* What can be reached can be read; nothing forbids execution. */
static inline int pt_iommu_set_prot(const struct pt_iommu *pt, struct pt_write_attrs *attrs,
				    uint32_t prot)
{
	uint64_t bits = X86_64_FMT_U | X86_64_FMT_A;

	if (prot & IOPT_PROT_WRITE)
		bits |= X86_64_FMT_RW | X86_64_FMT_D;
	/* Memory is encrypted wherever tables are, device registers never. */
	if (!(prot & IOPT_PROT_MMIO))
		bits |= x86_64_pt_sme(pt);
	attrs->descriptor_bits = bits;
	return 0;
}

/* Four or five levels. */
static inline int pt_iommu_fmt_init(struct pt_iommu *pt, const struct iopt_config *config)
{
	if (config->top < 3 || config->top > PT_MAX_TOP_LEVEL)
		return -EOPNOTSUPP;
	pt_top_set_level(pt, config->top);
	return 0;
}

#define PT_FORMAT x86_64
#include "iommu_template.h"
