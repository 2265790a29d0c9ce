/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RISC-V Sv39, Sv48 and Sv57 with Svnapot (The RISC-V Instruction Set Manual,
 * Volume II: "Sv39", "Sv48", "Sv57" and "Svnapot"). Leaves at every level.
 */
#ifndef LOCKSTEP_FMT_RISCV_H
#define LOCKSTEP_FMT_RISCV_H

#define RISCVPT_V (UINT64_C(1) << 0)
#define RISCVPT_R (UINT64_C(1) << 1)
#define RISCVPT_W (UINT64_C(1) << 2)
#define RISCVPT_X (UINT64_C(1) << 3)
#define RISCVPT_U (UINT64_C(1) << 4)
#define RISCVPT_A (UINT64_C(1) << 6)
#define RISCVPT_D (UINT64_C(1) << 7)
#define RISCVPT_N (UINT64_C(1) << 63)
#define RISCVPT_RWX (RISCVPT_R | RISCVPT_W | RISCVPT_X)

/* The PPN, bits 53:10; a NAPOT entry of 64 KiB marks itself in the low PPN bits. */
enum {
	RISCVPT_PPN_SHIFT = 10,
	RISCVPT_PPN_BITS = 44,
	RISCVPT_NAPOT_LG2 = 16,
	RISCVPT_NAPOT_ITEMS_LG2 = 4,
};
#define RISCVPT_NAPOT_MARK (UINT64_C(8) << RISCVPT_PPN_SHIFT)

static inline uint64_t riscvpt_ppn(uint64_t oa)
{
	return log2_mod(oa >> PT_GRANULE_LG2SZ, RISCVPT_PPN_BITS) << RISCVPT_PPN_SHIFT;
}

static inline uint64_t pt_table_pa(const struct pt_state *st)
{
	return log2_mod(st->entry >> RISCVPT_PPN_SHIFT, RISCVPT_PPN_BITS) << PT_GRANULE_LG2SZ;
}

static inline uint64_t pt_entry_oa(const struct pt_state *st)
{
	uint64_t oa = pt_table_pa(st);

	if (!pts_feature(st, IOPT_FEATURE_RISCV_SVNAPOT_64K) || !(st->entry & RISCVPT_N))
		return oa;
	PT_WARN_ON(st, st->level != 0);
	return log2_set_mod(oa, 0, RISCVPT_NAPOT_LG2);
}

static inline bool pt_can_have_leaf(const struct pt_state *st)
{
	(void)st;
	return true;
}

static inline unsigned int pt_entry_num_contig_lg2(const struct pt_state *st)
{
	if (!(st->entry & RISCVPT_N))
		return 0;
	PT_WARN_ON(st, !pts_feature(st, IOPT_FEATURE_RISCV_SVNAPOT_64K));
	PT_WARN_ON(st, st->level != 0);
	return RISCVPT_NAPOT_ITEMS_LG2;
}
#define pt_entry_num_contig_lg2 pt_entry_num_contig_lg2

static inline unsigned int pt_contig_count_lg2(const struct pt_state *st)
{
	bool napot = !st->level && pts_feature(st, IOPT_FEATURE_RISCV_SVNAPOT_64K);

	return napot ? RISCVPT_NAPOT_ITEMS_LG2 : 0;
}

static inline unsigned int pt_num_items_lg2(const struct pt_state *st)
{
	(void)st;
	return PT_TABLE_ITEMS_LG2;
}

static inline enum pt_entry_type pt_load_entry_raw(struct pt_state *st)
{
	st->entry = pt_read_item(st, st->index);
	if (!(st->entry & RISCVPT_V))
		return PT_ENTRY_EMPTY;
	return !st->level || (st->entry & RISCVPT_RWX) ? PT_ENTRY_OA : PT_ENTRY_TABLE;
}

static inline void pt_install_leaf_entry(struct pt_state *st, uint64_t oa, unsigned int oasz_lg2,
					 const struct pt_write_attrs *attrs)
{
	uint64_t leaf = RISCVPT_V | riscvpt_ppn(oa) | attrs->descriptor_bits;
	unsigned int items = 1;

	if (!pt_check_install_leaf_args(st, oa, oasz_lg2))
		return;
	if (!st->level && oasz_lg2 != PT_GRANULE_LG2SZ &&
	    pts_feature(st, IOPT_FEATURE_RISCV_SVNAPOT_64K)) {
		leaf |= RISCVPT_N | RISCVPT_NAPOT_MARK;
		items = 1u << RISCVPT_NAPOT_ITEMS_LG2;
	}
	pt_write_items(st, st->index, items, leaf);
	st->entry = leaf;
}

static inline bool pt_install_table(struct pt_state *st, uint64_t table_pa,
				    const struct pt_write_attrs *attrs)
{
	(void)attrs;
	return pt_table_install64(st, RISCVPT_V | riscvpt_ppn(table_pa));
}

/* Write implies read; accessed and dirty are set once and for all. */
static inline int pt_iommu_set_prot(const struct pt_iommu *pt, struct pt_write_attrs *attrs,
				    uint32_t prot)
{
	uint64_t bits = RISCVPT_U | RISCVPT_A;

	(void)pt;
	if (prot & IOPT_PROT_READ)
		bits |= RISCVPT_R;
	if (prot & IOPT_PROT_WRITE)
		bits |= RISCVPT_R | RISCVPT_W | RISCVPT_D;
	if (!(prot & IOPT_PROT_NOEXEC))
		bits |= RISCVPT_X;
	attrs->descriptor_bits = bits;
	return bits & RISCVPT_RWX ? 0 : -EOPNOTSUPP;
}

static inline int pt_iommu_fmt_init(struct pt_iommu *pt, const struct iopt_config *config)
{
	unsigned int levels_lg2 = config->va_lg2 - PT_GRANULE_LG2SZ;

	/* Three to five levels of nine bits each. */
	if (config->va_lg2 < 39 || levels_lg2 % PT_TABLE_ITEMS_LG2)
		return -EINVAL;
	pt_top_set_level(pt, levels_lg2 / PT_TABLE_ITEMS_LG2 - 1);
	if (pt->max_oasz_lg2 > PT_MAX_OUTPUT_ADDRESS_LG2)
		pt->max_oasz_lg2 = PT_MAX_OUTPUT_ADDRESS_LG2;
	return 0;
}

#endif
