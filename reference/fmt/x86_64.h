/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86-64 with four or five levels (Intel Software Developer's Manual, Volume
 * 3, "4-Level Paging and 5-Level Paging"; VT-d's "First-Stage Paging Entries";
 * AMD's "I/O Page Tables for Guest Translations"). Level 0 is the PTE.
 */
#ifndef LOCKSTEP_FMT_X86_64_H
#define LOCKSTEP_FMT_X86_64_H

#define X86_64_FMT_P (UINT64_C(1) << 0)
#define X86_64_FMT_RW (UINT64_C(1) << 1)
#define X86_64_FMT_U (UINT64_C(1) << 2)
#define X86_64_FMT_A (UINT64_C(1) << 5)
#define X86_64_FMT_D (UINT64_C(1) << 6)
#define X86_64_FMT_PS (UINT64_C(1) << 7)
#define X86_64_FMT_OA UINT64_C(0x000ffffffffff000)

/* Of the ignored bits the first software bit takes bit 9; no other is used. */
static inline uint64_t pt_sw_bit(unsigned int bitnr)
{
	return bitnr ? 0 : UINT64_C(1) << 9;
}
#define pt_sw_bit pt_sw_bit

/* What memory encryption adds to an entry of this table. */
static inline uint64_t x86_64_pt_sme(const struct pt_iommu *pt)
{
	return pt_feature(pt, IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES) ? pt->sme_mask : 0;
}

static inline uint64_t pt_table_pa(const struct pt_state *st)
{
	return st->entry & X86_64_FMT_OA & ~x86_64_pt_sme(st->range->pt);
}

static inline uint64_t pt_entry_oa(const struct pt_state *st)
{
	return pt_table_pa(st);
}

/* Up to 1 GiB. */
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

	if (!pt_check_install_leaf_args(st, oa, oasz_lg2))
		return;
	if (st->level)
		leaf |= X86_64_FMT_PS;
	pt_write_items(st, st->index, 1, leaf);
	st->entry = leaf;
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
	if (pt->max_oasz_lg2 > PT_MAX_OUTPUT_ADDRESS_LG2)
		pt->max_oasz_lg2 = PT_MAX_OUTPUT_ADDRESS_LG2;
	return 0;
}

#endif
