/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of releases. A new release is a column, a kernel change a row (with
 * a number in enum iopt_row); every row holds false up to the release with the
 * change, and true from it on.
 */
#include "releases.h"

enum { COLUMNS = IOPT_KERNEL_7_3 + 1 };

#define ROW_BITS 4u
#define ROW_MASK 15u

static const bool table[IOPT_ROW_COUNT][COLUMNS] = {
#define ROW(name, ...) [IOPT_ROW_##name] = { false, __VA_ARGS__ }
	/*                    7.1    7.2    7.3 */
	/* pt_iommu's iova_to_phys() answers 0, no errno, outside of the table */
	ROW(LOOKUP,        false, true,  true),
	/* pt_init_common() leaves PT_FEAT_DYNAMIC_TOP alone where the top covers the space */
	ROW(DYNAMIC_TOP,   false, true,  true),
	/* get_info() hides page sizes that the space does not hold two of */
	ROW(PAGE_SIZES,    false, true,  true),
	/* map_range()'s way for a single page looks at the bitmap first */
	ROW(SMALL_MAP,     false, true,  true),
	/* iommu_map_nosync() and __iommu_unmap() refuse a domain without page sizes */
	ROW(NO_PAGE_SIZE,  false, true,  true),
	/* gather_range_pending(), PT_FEAT_DETAILED_GATHER, which RISC-V's driver needs */
	ROW(LEVELS,        false, true,  true),
	/* PT_FEAT_RISCV_SVPBMT */
	ROW(SVPBMT,        false, true,  true),
	/* record_dirty() reports the entry's whole size, from its start */
	ROW(DIRTY,         false, false, true),
	/* iommu_dma_map_sg() checks its padding for overflow */
	ROW(EMPTY_PIECE,   false, false, true),
	/* dma_iova_destroy() is dma_iova_unlink() and dma_iova_free() */
	ROW(DESTROY,       false, false, true),
	/* iova_domain_init_rcaches() allocates no magazines */
	ROW(MAGAZINES,     false, false, true),
#undef ROW
};

/* The release that the row has alone; IOPT_KERNEL_UNSAID for that of all rows. */
static uint32_t row_kernel(uint64_t rows, unsigned int row)
{
	return rows >> (row * ROW_BITS) & ROW_MASK;
}

bool release_rows_known(uint64_t rows)
{
	if (rows >> (IOPT_ROW_COUNT * ROW_BITS))
		return false;
	for (unsigned int row = 0; row < IOPT_ROW_COUNT; row++)
		if (row_kernel(rows, row) >= COLUMNS)
			return false;
	return true;
}

uint32_t release_behaviours(uint32_t kernel, uint64_t rows)
{
	uint32_t behaviours = 0;

	for (unsigned int row = 0; row < IOPT_ROW_COUNT; row++) {
		uint32_t own = row_kernel(rows, row);

		behaviours |= (uint32_t)table[row][own ? own : kernel] << row;
	}
	return behaviours;
}

uint32_t release_features_unknown(uint32_t behaviours)
{
	uint32_t unknown = 0;

	if (!(behaviours & GATHERS_HAVE_LEVELS))
		unknown |= IOPT_FEATURE_DETAILED_GATHER;
	if (!(behaviours & RISCV_HAS_MEMORY_TYPES))
		unknown |= IOPT_FEATURE_RISCV_SVPBMT;
	return unknown;
}
