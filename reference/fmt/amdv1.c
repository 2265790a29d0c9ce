/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD v1: AMD I/O Virtualization Technology (IOMMU) Specification (48882),
 * 2.2.3 "I/O Page Tables for Host Translations". Level 0 is the
 * specification's mode 1. Every power of two is a page size, but for 512 GiB,
 * which the hardware gets wrong.
 *
 * Below, "PTE" is the section's table 17, "I/O Page Translation Entry (PTE)
 * Fields, PR=1", "PDE" its table "I/O Page Directory Entry (PDE) Fields,
 * PR=1". What those leave open is the encryption bit: AMD64 Architecture
 * Programmer's Manual, Volume 2, 7.10 "Secure Memory Encryption", with the
 * position from CPUID (7.10.1).
 */
#include "../abi/iopt_subject.h"

enum {
	PT_MAX_VA_ADDRESS_LG2 = 64, /* 2.2.3, table 15 */
	PT_MAX_OUTPUT_ADDRESS_LG2 = 52, /* 2.2.3, PTE */
	PT_MAX_TOP_LEVEL = 5, /* mode 6 */
	PT_GRANULE_LG2SZ = 12,
};

#define PT_FORMAT_FEATURES \
	(IOPT_FEATURE_AMDV1_ENCRYPT_TABLES | IOPT_FEATURE_AMDV1_FORCE_COHERENCE)
#define PT_WIRED_FEATURES                                                       \
	(PT_FORMAT_FEATURES | IOPT_FEATURE_FULL_VA | IOPT_FEATURE_DYNAMIC_TOP | \
	 IOPT_FEATURE_FLUSH_RANGE | IOPT_FEATURE_FLUSH_RANGE_NO_GAPS)
#define PT_FORCE_ENABLED_FEATURES ((unsigned int)(PT_FORMAT_FEATURES | IOPT_FEATURE_DYNAMIC_TOP))

#include "../pt_defs.h"

#define AMDV1PT_FMT_PR (UINT64_C(1) << 0) /* present: 2.2.3, PTE and PDE */
#define AMDV1PT_FMT_D (UINT64_C(1) << 6) /* dirty: 2.2.3, PTE */
/* Bits 51:12, page or next table address: 2.2.3, PTE and PDE. */
#define AMDV1PT_FMT_OA UINT64_C(0x000ffffffffff000)
#define AMDV1PT_FMT_FC (UINT64_C(1) << 60) /* forced coherence: 2.2.3, PTE */
#define AMDV1PT_FMT_IR (UINT64_C(1) << 61) /* read permission: 2.2.3, PTE and PDE */
#define AMDV1PT_FMT_IW (UINT64_C(1) << 62) /* write permission: 2.2.3, PTE and PDE */

/* NextLevel, bits 11:9: a plain leaf, a leaf with its size in the OA, or a table's level. */
enum {
	AMDV1PT_FMT_NL_SHIFT = 9,   /* 2.2.3, PTE and PDE */
	AMDV1PT_FMT_NL_DEFAULT = 0, /* 2.2.3, PTE: the level's own page size */
	AMDV1PT_FMT_NL_SIZE = 7,    /* 2.2.3, PTE; table 14, "Example Page Size Encodings" */
	AMDV1PT_LARGEST_LG2 = 51,   /* table 14 codes sizes in bits 51:12 */
	AMDV1PT_BROKEN_LG2 = 39,    /* not from the specification: a fault of hardware */
};

static inline unsigned int amdv1pt_next_level(uint64_t entry)
{
	return entry >> AMDV1PT_FMT_NL_SHIFT & 7;
}

static inline uint64_t amdv1pt_decrypted(const struct pt_state *st)
{
	if (pt_enabled(st->range->pt, IOPT_FEATURE_AMDV1_ENCRYPT_TABLES))
		return st->entry & ~st->range->pt->sme_mask;
	return st->entry;
}

static inline uint64_t pt_table_pa(const struct pt_state *st)
{
	return amdv1pt_decrypted(st) & AMDV1PT_FMT_OA;
}

/*
 * The size of a contiguous entry is written into its OA as a run of ones below
 * the address, one bit short of it (2.2.3, table 14).
 */
static inline uint64_t pt_entry_oa(const struct pt_state *st)
{
	uint64_t page = (amdv1pt_decrypted(st) & AMDV1PT_FMT_OA) >> PT_GRANULE_LG2SZ;

	if (amdv1pt_next_level(st->entry) == AMDV1PT_FMT_NL_SIZE)
		page = log2_set_mod(page, 0, vaffz(page));
	return page << PT_GRANULE_LG2SZ;
}

/* Not at level 6: 2.2.3, table 15, "Page Table Level Parameters". */
static inline bool pt_can_have_leaf(const struct pt_state *st)
{
	return st->level < PT_MAX_TOP_LEVEL;
}

static inline unsigned int pt_entry_num_contig_lg2(const struct pt_state *st)
{
	unsigned int ones;

	if (amdv1pt_next_level(st->entry) == AMDV1PT_FMT_NL_DEFAULT)
		return 0;
	/* Counted from where an entry of one item would have none. */
	ones = vaffz((uint32_t)(st->entry >> (pt_table_item_lg2sz(st) - 1)));
	/* An address with the encryption bit may claim more than its table. */
	return ones < PT_TABLE_ITEMS_LG2 ? ones : PT_TABLE_ITEMS_LG2;
}
#define pt_entry_num_contig_lg2 pt_entry_num_contig_lg2

/* The top of a full table has fewer (2.2.3, table 15): as many as its space needs. */
static inline unsigned int pt_num_items_lg2(const struct pt_state *st)
{
	(void)st;
	return PT_TABLE_ITEMS_LG2;
}

static inline uint64_t pt_possible_sizes(const struct pt_state *st)
{
	unsigned int smallest = pt_table_item_lg2sz(st);
	unsigned int largest;

	if (!pt_can_have_leaf(st))
		return 0;
	largest = smallest + pt_num_items_lg2(st) - 1;
	if (largest > AMDV1PT_LARGEST_LG2)
		largest = AMDV1PT_LARGEST_LG2;
	return log2_set_mod(log2_to_max_int(largest + 1), 0, smallest) &
	       ~log2_to_int(AMDV1PT_BROKEN_LG2);
}
#define pt_possible_sizes pt_possible_sizes

static inline enum pt_entry_type pt_load_entry_raw(struct pt_state *st)
{
	unsigned int next_level;

	st->entry = pt_read_item(st, st->index);
	if (!(st->entry & AMDV1PT_FMT_PR))
		return PT_ENTRY_EMPTY;
	next_level = amdv1pt_next_level(st->entry);
	if (st->level && next_level != AMDV1PT_FMT_NL_DEFAULT && next_level != AMDV1PT_FMT_NL_SIZE)
		return PT_ENTRY_TABLE;
	return PT_ENTRY_OA;
}

static inline void pt_install_leaf_entry(struct pt_state *st, uint64_t oa, unsigned int oasz_lg2,
					 const struct pt_write_attrs *attrs)
{
	unsigned int contig_lg2 = oasz_lg2 - pt_table_item_lg2sz(st);
	uint64_t leaf = AMDV1PT_FMT_PR | (oa & AMDV1PT_FMT_OA) | attrs->descriptor_bits;

	if (contig_lg2) {
		uint64_t ones = log2_set_mod(log2_to_max_int(oasz_lg2 - 1), 0, PT_GRANULE_LG2SZ);

		leaf |= ones | (uint64_t)AMDV1PT_FMT_NL_SIZE << AMDV1PT_FMT_NL_SHIFT;
	}
	pt_write_items(st, st->index, 1u << contig_lg2, leaf);
}

/* Permissions are ANDed over the levels (2.2.3, PDE), so tables allow everything. */
static inline bool pt_install_table(struct pt_state *st, uint64_t table_pa,
				    const struct pt_write_attrs *attrs)
{
	uint64_t link = AMDV1PT_FMT_PR | AMDV1PT_FMT_IR | AMDV1PT_FMT_IW;

	(void)attrs;
	link |= (uint64_t)st->level << AMDV1PT_FMT_NL_SHIFT | (table_pa & AMDV1PT_FMT_OA);
	if (pt_enabled(st->range->pt, IOPT_FEATURE_AMDV1_ENCRYPT_TABLES))
		link |= st->range->pt->sme_mask;
	return pt_table_install64(st, link);
}

/* Index of the first item of the current entry. */
static inline unsigned int amdv1pt_first_item(const struct pt_state *st, unsigned int contig_lg2)
{
	return st->index >> contig_lg2 << contig_lg2;
}

/* The hardware may have marked any item of a contiguous entry. */
static inline bool pt_entry_is_write_dirty(const struct pt_state *st)
{
	unsigned int contig_lg2 = pt_entry_num_contig_lg2(st);
	unsigned int first = amdv1pt_first_item(st, contig_lg2);

	for (unsigned int i = 0; i < 1u << contig_lg2; i++) {
		if (pt_read_item(st, first + i) & AMDV1PT_FMT_D)
			return true;
	}
	return false;
}
#define pt_entry_is_write_dirty pt_entry_is_write_dirty

static inline void pt_entry_make_write_clean(struct pt_state *st)
{
	unsigned int contig_lg2 = pt_entry_num_contig_lg2(st);
	unsigned int first = amdv1pt_first_item(st, contig_lg2);

	for (unsigned int i = 0; i < 1u << contig_lg2; i++)
		pt_write_items(st, first + i, 1, pt_read_item(st, first + i) & ~AMDV1PT_FMT_D);
}

static inline bool pt_entry_make_write_dirty(struct pt_state *st)
{
	return pt_exchange_item(st, st->entry | AMDV1PT_FMT_D, IOPT_ACQ_REL);
}

static inline int pt_iommu_set_prot(const struct pt_iommu *pt, struct pt_write_attrs *attrs,
				    uint32_t prot)
{
	uint64_t bits = 0;

	if (prot & IOPT_PROT_READ)
		bits |= AMDV1PT_FMT_IR;
	if (prot & IOPT_PROT_WRITE)
		bits |= AMDV1PT_FMT_IW;
	if (pt_enabled(pt, IOPT_FEATURE_AMDV1_FORCE_COHERENCE))
		bits |= AMDV1PT_FMT_FC;
	/* Memory is encrypted wherever tables are, device registers never. */
	if (pt_enabled(pt, IOPT_FEATURE_AMDV1_ENCRYPT_TABLES) && !(prot & IOPT_PROT_MMIO))
		bits |= pt->sme_mask;
	attrs->descriptor_bits = bits;
	return 0;
}

static inline int pt_iommu_fmt_init(struct pt_iommu *pt, const struct iopt_config *config)
{
	unsigned int widest = PT_MAX_VA_ADDRESS_LG2;

	if (!config->top || config->top > PT_MAX_TOP_LEVEL)
		return -EINVAL;
	if (!pt_enabled(pt, IOPT_FEATURE_DYNAMIC_TOP) && config->top != PT_MAX_TOP_LEVEL)
		widest = PT_GRANULE_LG2SZ + PT_TABLE_ITEMS_LG2 * (config->top + 1);
	if (pt->max_vasz_lg2 > widest)
		pt->max_vasz_lg2 = widest;
	pt_top_set_level(pt, config->top);
	return 0;
}

#define PT_FORMAT amdv1
#include "iommu_template.h"
