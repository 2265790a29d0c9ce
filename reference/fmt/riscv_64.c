/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RISC-V Sv39, Sv48 and Sv57 with Svnapot. Leaves at every level.
 *
 * [P] The RISC-V Instruction Set Manual, Volume II: Privileged Architecture,
 *     2025: 12.3 Sv32, 12.4 Sv39, 12.5 Sv48, 12.6 Sv57, 13 "Svnapot", 14 "Svpbmt".
 * [I] RISC-V IOMMU Architecture Specification 1.0.1. Its first-stage tables
 *     are those of [P]: 3.1.3.4 "First-Stage context (fsc)", 3.3 "Process to
 *     translate an IOVA".
 *
 * [P] 12.4.1 places the fields (figure "Sv39 page table entry") and leaves the
 * meaning of bits 9:0 to Sv32, 12.3.1.
 */
#include "../abi/iopt_subject.h"

enum {
	PT_MAX_VA_ADDRESS_LG2 = 57, /* Sv57: [P] 12.6 */
	PT_MAX_OUTPUT_ADDRESS_LG2 = 56, /* [P] 12.4.1 */
	PT_MAX_TOP_LEVEL = 4, /* likewise Sv57 */
	PT_GRANULE_LG2SZ = 12,
};

#define PT_FORMAT_FEATURES (IOPT_FEATURE_RISCV_SVNAPOT_64K | IOPT_FEATURE_RISCV_SVPBMT)
#define PT_WIRED_FEATURES                                           \
	(IOPT_FEATURE_RISCV_SVNAPOT_64K | IOPT_FEATURE_SIGN_EXTEND | \
	 IOPT_FEATURE_FLUSH_RANGE | IOPT_FEATURE_DETAILED_GATHER)
#define PT_FORCE_ENABLED_FEATURES 0u

#include "../pt_defs.h"

#define RISCVPT_V (UINT64_C(1) << 0) /* valid: [P] 12.3.1 */
#define RISCVPT_R (UINT64_C(1) << 1) /* read: [P] 12.3.1, "Encoding of PTE R/W/X fields" */
#define RISCVPT_W (UINT64_C(1) << 2) /* write: as R */
#define RISCVPT_X (UINT64_C(1) << 3) /* execute: as R */
#define RISCVPT_U (UINT64_C(1) << 4) /* user: [P] 12.3.1; devices are users by default, [I] 2.3 */
#define RISCVPT_A (UINT64_C(1) << 6) /* accessed: [P] 12.3.1, [I] 3.4 */
#define RISCVPT_D (UINT64_C(1) << 7) /* dirty: [P] 12.3.1, [I] 3.4 */
#define RISCVPT_NC (UINT64_C(1) << 61) /* non-cacheable memory: [P] 14 "Svpbmt", PBMT 1 */
#define RISCVPT_IO (UINT64_C(1) << 62) /* I/O, strongly ordered: [P] 14 "Svpbmt", PBMT 2 */
#define RISCVPT_N (UINT64_C(1) << 63) /* NAPOT: [P] 12.4.1 reserves it for [P] 13 */
/* None of these in a valid entry: it points to a table, [P] 12.3.2 step 4. */
#define RISCVPT_RWX (RISCVPT_R | RISCVPT_W | RISCVPT_X)

/* A NAPOT entry of 64 KiB marks itself in the low PPN bits. */
enum {
	RISCVPT_PPN_SHIFT = 10,      /* PPN, bits 53:10: [P] 12.4.1 */
	RISCVPT_PPN_BITS = 44,       /* likewise */
	RISCVPT_NAPOT_LG2 = 16,   /* "64 KiB contiguous region": [P] 13, encodings when N=1 */
	RISCVPT_NAPOT_ITEMS_LG2 = 4, /* napot_bits of that row */
};
/* x xxxx 1000 in ppn[0]: [P] 13, the same row. */
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

	return st->entry & RISCVPT_N ? log2_set_mod(oa, 0, RISCVPT_NAPOT_LG2) : oa;
}

static inline bool pt_can_have_leaf(const struct pt_state *st)
{
	(void)st;
	return true;
}

static inline unsigned int pt_entry_num_contig_lg2(const struct pt_state *st)
{
	return st->entry & RISCVPT_N ? RISCVPT_NAPOT_ITEMS_LG2 : 0;
}
#define pt_entry_num_contig_lg2 pt_entry_num_contig_lg2

static inline unsigned int pt_contig_count_lg2(const struct pt_state *st)
{
	bool napot = !st->level && pt_enabled(st->range->pt, IOPT_FEATURE_RISCV_SVNAPOT_64K);

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

	if (!st->level && oasz_lg2 != PT_GRANULE_LG2SZ &&
	    pt_enabled(st->range->pt, IOPT_FEATURE_RISCV_SVNAPOT_64K)) {
		leaf |= RISCVPT_N | RISCVPT_NAPOT_MARK;
		items = 1u << RISCVPT_NAPOT_ITEMS_LG2;
	}
	pt_write_items(st, st->index, items, leaf);
}

static inline bool pt_install_table(struct pt_state *st, uint64_t table_pa,
				    const struct pt_write_attrs *attrs)
{
	(void)attrs;
	return pt_table_install64(st, RISCVPT_V | riscvpt_ppn(table_pa));
}

static inline uint64_t riscvpt_memory_type(uint32_t prot)
{
	if (prot & IOPT_PROT_MMIO)
		return RISCVPT_IO;
	return prot & IOPT_PROT_CACHE ? 0 : RISCVPT_NC;
}

/*
 * Write implies read, for W alone is reserved ([P] 12.3.1). Accessed and dirty
 * are set once and for all, as [I] 3.4 advises who does not use them.
 */
static inline int pt_iommu_set_prot(const struct pt_iommu *pt, struct pt_write_attrs *attrs,
				    uint32_t prot)
{
	uint64_t bits = RISCVPT_U | RISCVPT_A;

	if (prot & IOPT_PROT_READ)
		bits |= RISCVPT_R;
	if (prot & IOPT_PROT_WRITE)
		bits |= RISCVPT_R | RISCVPT_W | RISCVPT_D;
	if (!(prot & IOPT_PROT_NOEXEC))
		bits |= RISCVPT_X;
	if (pt_enabled(pt, IOPT_FEATURE_RISCV_SVPBMT))
		bits |= riscvpt_memory_type(prot);
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
	return 0;
}

#define PT_FORMAT riscv_64
#include "iommu_template.h"
