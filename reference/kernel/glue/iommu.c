/* SPDX-License-Identifier: GPL-2.0-only */
/* The core's mapping functions, and a driver that does nothing but tell what it was asked. */
#include "domain.h"
#include <linux/scatterlist.h>

#define iommu_iotlb_sync(domain, gather) \
	(shim_point(IOPT_POINT_STRICT_SYNC), iommu_iotlb_sync(domain, gather))
#include <iommu-mapping.h>
#line 10 "glue/iommu.c"
#undef iommu_iotlb_sync

void shim_log_pages(const struct iommu_pages_list *list)
{
	struct ioptdesc *page;

	list_for_each_entry(page, &list->pages, iopt_freelist_elm)
		iopt_log_word(shim_current->log,
			      virt_to_phys(folio_address(ioptdesc_folio(page))));
}

void shim_log_levels(const struct shim_domain *domain, const struct iommu_iotlb_gather *gather)
{
#if TREE_HAS_LEVELS
	if (domain->levels)
		iopt_log2(domain->context.log, IOPT_EVENT_LEVELS, gather->pt.leaf_levels_bitmap,
			  gather->pt.table_levels_bitmap);
#endif
}

void shim_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	struct iopt_log *log = shim_current->log;
	uint64_t record;

	shim_log_levels(shim_domain_of(domain), gather);
	record = iopt_log_begin(log, IOPT_EVENT_SYNC);
	iopt_log_word(log, gather->start);
	iopt_log_word(log, gather->end);
	shim_log_pages(&gather->freelist);
	iopt_log_end(log, record);
	iommu_put_pages_list(&gather->freelist);
}

void shim_flush_iotlb_all(struct iommu_domain *domain)
{
	iopt_log0(shim_current->log, IOPT_EVENT_FLUSH_ALL);
}

static int shim_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	iopt_log2(shim_current->log, IOPT_EVENT_SYNC_MAP, iova, size);
	return 0;
}

static void shim_change_top(struct pt_iommu *table, phys_addr_t top, unsigned int level)
{
	iopt_log2(shim_current->log, IOPT_EVENT_TOP, top, level);
}

static spinlock_t *shim_get_top_lock(struct pt_iommu *table)
{
	/* Asked for right before it is taken, to replace the top. */
	shim_point(IOPT_POINT_TOP_CHANGE);
	return &shim_domain_of(&table->domain)->top_lock;
}

const struct pt_iommu_driver_ops shim_driver_ops = {
	.change_top = shim_change_top,
	.get_top_lock = shim_get_top_lock,
};

#ifndef SHIM_KUNIT /* test cases have one: glue/kunit-user.c */
/* iommufd's bitmap is never there: what would be set in it is told instead. */
void iova_bitmap_set(struct iova_bitmap *bitmap, unsigned long iova, size_t length)
{
	iopt_log2(shim_current->log, IOPT_EVENT_DIRTY, iova, length);
}
#endif

int shim_map_range(struct pt_iommu *table, u64 iova, u64 pa, u64 len, unsigned int prot,
		   size_t *mapped)
{
	return table->ops->map_range(table, iova, pa, len, prot, GFP_KERNEL, mapped);
}

int shim_set_dirty(struct pt_iommu *table, u64 iova)
{
	return table->ops->set_dirty ? table->ops->set_dirty(table, iova) : -EOPNOTSUPP;
}

const struct iommu_domain_ops *shim_ops_with_sync_map(const struct shim_format *format)
{
	struct iommu_domain_ops *ops = shim_alloc_own(sizeof(*ops));

	if (!ops)
		return format->ops;
	*ops = *format->ops;
	ops->iotlb_sync_map = shim_iotlb_sync_map;
	return ops;
}
