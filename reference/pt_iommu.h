/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page table as the core sees it, whatever its format (kernel:
 * include/linux/generic_pt/iommu.h and common.h).
 */
#ifndef LOCKSTEP_PT_IOMMU_H
#define LOCKSTEP_PT_IOMMU_H

#include "iommu.h"

#pragma GCC visibility push(hidden)

/* The low bits of top_of_table hold the level, the rest the table's address. */
#define PT_TOP_LEVEL_BITS 3u
#define PT_TOP_LEVEL_MASK UINT64_C(7)

struct pt_iommu {
	struct iommu_domain domain; /* first: the core knows only this part */
	uint64_t top_of_table;
	uint64_t sme_mask; /* what memory encryption sets in an entry, 0 without */
	uint32_t features; /* enum iopt_feature bits */
	uint32_t max_vasz_lg2;
	uint32_t max_oasz_lg2;
};

/* One build of one format. Ints are 0 or a negative errno. */
struct pt_iommu_ops {
	/* Fills in an otherwise zeroed table and allocates its top. */
	int (*init)(struct pt_iommu *pt, const struct iopt_config *config);
	/* Frees every table that can be reached from the top. */
	void (*deinit)(struct pt_iommu *pt);
	/* Adds the bytes mapped to *mapped, also on failure. */
	int (*map_range)(struct pt_iommu *pt, uint64_t iova, uint64_t paddr, uint64_t size,
			 uint32_t prot, uint64_t *mapped);
	uint64_t (*unmap_range)(struct pt_iommu *pt, uint64_t iova, uint64_t size,
				struct iommu_iotlb_gather *gather);
	uint64_t (*iova_to_phys)(struct pt_iommu *pt, uint64_t iova);
	int (*set_dirty)(struct pt_iommu *pt, uint64_t iova);
	int (*read_and_clear_dirty)(struct pt_iommu *pt, uint64_t iova, uint64_t size, bool keep,
				    struct iommu_iotlb_gather *gather);
};

static inline struct pt_iommu *pt_iommu_from_domain(struct iommu_domain *domain)
{
	return (struct pt_iommu *)(void *)domain;
}

#pragma GCC visibility pop
#endif
