/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of a page table, compiled for each format and build (kernel:
 * generic_pt/iommu_pt.h). The headers below have no guards: they are compiled
 * here and nowhere else, and each builds on those before it.
 */
#include "iommu-services.h"
#include "iommu_pt_args.h"

#include "pt_build.h"
#include "pt_iter.h"
#include "pt_walk.h"
#include "iommu_pt_lookup.h"
#include "iommu_pt_gather.h"
#include "iommu_pt_tables.h"
#include "iommu_pt_map.h"
#include "iommu_pt_top.h"
#include "iommu_pt_sync_tables.h"
#include "iommu_pt_unmap.h"
#include "iommu_pt_dirty.h"
#include "iommu_pt_init.h"

static int NS(map_range)(struct pt_iommu *pt, uint64_t iova, uint64_t paddr, uint64_t size,
			 uint32_t prot, uint64_t *mapped)
{
	struct iommu_iotlb_gather gather;
	struct map_args map = { .gather = &gather, .oa = paddr };
	bool single_page = map_is_single_page(pt, size);
	struct pt_range range;
	int err;

	if (!(prot & (IOPT_PROT_READ | IOPT_PROT_WRITE))) {
		iommu_warn(&pt->domain);
		return -EINVAL;
	}
	/* Only the first address is held against the table's limit. */
	if (paddr >> pt->max_oasz_lg2)
		return -ERANGE;
	err = pt_iommu_set_prot(pt, &map.attrs, prot);
	if (!err)
		err = make_range_no_check(pt, &range, iova, size);
	if (!err)
		err = map_plan(&range, &map, single_page);
	if (!err)
		err = check_map_range(&range, &map);
	if (err)
		return err;

	pt_warn_on(pt, map.leaf_level > range.top_level);
	iommu_iotlb_gather_init(&gather);
	err = do_map(&range, single_page, &map);
	/* Tables made way for large leaves: walk caches may still point to them. */
	if (!iommu_pages_list_empty(&gather.freelist) || pt->domain.policy == IOPT_POLICY_KEEP)
		iommu_iotlb_sync(&pt->domain, &gather);
	pt_warn_on(pt, !err && map.oa - paddr != size);
	*mapped += map.oa - paddr;
	return err;
}

const struct pt_iommu_ops NS(ops) = {
	.init = NS(init),
	.deinit = NS(deinit),
	.map_range = NS(map_range),
	.unmap_range = NS(unmap_range),
	.iova_to_phys = NS(iova_to_phys),
	.set_dirty = NS(set_dirty),
	.read_and_clear_dirty = NS(read_and_clear_dirty),
};
