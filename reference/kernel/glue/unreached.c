/* SPDX-License-Identifier: GPL-2.0-only */
/* Stubbed: functions that compiled files call and that no scenario reaches, or that do little here. */
#include "domain.h"
#include <linux/scatterlist.h>

void sg_init_table(struct scatterlist *list, unsigned int count)
{
	memset(list, 0, sizeof(*list) * count);
	sg_init_marker(list, count);
}

int sg_alloc_table(struct sg_table *table, unsigned int count, gfp_t gfp)
{
	return -ENOMEM;
}

int sg_alloc_table_from_pages_segment(struct sg_table *table, struct page **pages,
				      unsigned int count, unsigned int offset, unsigned long size,
				      unsigned int max_segment, gfp_t gfp)
{
	return -ENOMEM;
}

void sg_free_table(struct sg_table *table)
{
}

bool device_iommu_capable(struct device *dev, enum iommu_cap cap)
{
	return true;
}

void iommu_get_resv_regions(struct device *dev, struct list_head *regions)
{
}

void iommu_put_resv_regions(struct device *dev, struct list_head *regions)
{
}

int iommu_deferred_attach(struct device *dev, struct iommu_domain *domain)
{
	return 0;
}
