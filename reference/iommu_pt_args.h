/* SPDX-License-Identifier: GPL-2.0-only */
/* What the operations of a page table hand down as they walk. */
#ifndef LOCKSTEP_IOMMU_PT_ARGS_H
#define LOCKSTEP_IOMMU_PT_ARGS_H

#include "pt_defs.h"

/* The software bit of a table item that says: this item was written back. */
enum { SW_BIT_CACHE_FLUSH_DONE = 0 };

struct map_args {
	uint64_t oa; /* of the next leaf */
	uint64_t num_leaves; /* that many of the current size before it changes */
	unsigned int leaf_pgsize_lg2; /* 0 where nothing fits, and leaf_level is none */
	unsigned int leaf_level;
	struct pt_write_attrs attrs;
	struct iommu_iotlb_gather *gather;
};

/* What joins a gather once the range is done; the levels are as there. */
struct pending_gather {
	struct iommu_pages_list freelist;
	uint8_t leaf_levels;
	uint8_t table_levels;
};

struct unmap_args {
	struct pending_gather pending;
	uint64_t unmapped; /* bytes */
};

/* The same for IOPT_POLICY_SYNC_TABLES, which gathers as it goes. */
struct sync_tables_args {
	struct iommu_iotlb_gather *gather;
	uint64_t unmapped; /* bytes */
};

/* What one table's part of an unmap has done so far. */
struct unmap_run {
	unsigned int first; /* first index cleared, UINT16_MAX + 1 for none */
	unsigned int end; /* one past the last index cleared */
	unsigned int items; /* leaf items cleared */
};

struct collect_args {
	bool check_mapped; /* a leaf in the range is EADDRINUSE */
	struct pending_gather pending;
};

struct dirty_args {
	bool keep; /* do not clear what is reported */
	struct iommu_iotlb_gather *gather;
};

#endif
