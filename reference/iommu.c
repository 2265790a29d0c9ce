/* SPDX-License-Identifier: GPL-2.0-only */
#include "iommu.h"

#include "pt_iommu.h"

#include <errno.h>

void iommu_flush_iotlb_all(struct iommu_domain *domain)
{
	iopt_log0(domain->log, IOPT_EVENT_FLUSH_ALL);
}

void iommu_log_levels(struct iommu_domain *domain, const struct iommu_iotlb_gather *gather)
{
	if (domain->logs_levels)
		iopt_log2(domain->log, IOPT_EVENT_LEVELS, gather->leaf_levels,
			  gather->table_levels);
}

void iommu_sync_map(struct iommu_domain *domain, uint64_t iova, uint64_t size)
{
	if (domain->has_sync_map)
		iopt_log2(domain->log, IOPT_EVENT_SYNC_MAP, iova, size);
}

/* Later releases take no domain without page sizes: that is no driver's doing. */
static bool refuses_domain(struct iommu_domain *domain)
{
	if (__builtin_expect(domain->pgsize_bitmap != 0, 1) ||
	    !iommu_behaves(domain, NO_PAGE_SIZE_NO_MAPPING))
		return false;
	iommu_warn(domain);
	return true;
}

/* What the driver does: invalidate the range, then free the tables. */
static void driver_iotlb_sync(struct iommu_domain *domain, const struct iommu_iotlb_gather *gather)
{
	struct iopt_log *log = domain->log;
	uint64_t record;

	iommu_log_levels(domain, gather);
	record = iopt_log_begin(log, IOPT_EVENT_SYNC);
	iopt_log_word(log, gather->start);
	iopt_log_word(log, gather->end);
	iommu_pages_list_log(domain, &gather->freelist);
	iopt_log_end(log, record);
	iommu_put_pages_list(domain, &gather->freelist);
}

void iommu_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (gather->start < gather->end)
		driver_iotlb_sync(domain, gather);
	iommu_iotlb_gather_init(gather);
}

void iommu_iotlb_gather_add_pages(struct iommu_domain *domain, struct iommu_iotlb_gather *gather,
				  uint64_t iova, unsigned int pgsize_lg2, uint64_t count)
{
	uint64_t pgsize = UINT64_C(1) << pgsize_lg2;
	bool other_size = gather->pgsize_lg2 && gather->pgsize_lg2 != pgsize_lg2;

	if (iommu_iotlb_gather_queued(gather))
		return;
	if (other_size || iommu_iotlb_gather_is_disjoint(gather, iova, pgsize))
		iommu_iotlb_sync(domain, gather);
	gather->pgsize_lg2 = (uint8_t)pgsize_lg2;
	iommu_iotlb_gather_add_range(gather, iova, count << pgsize_lg2);
}

int iommu_map_nosync(struct iommu_domain *domain, uint64_t iova, uint64_t paddr, uint64_t size,
		     uint32_t prot)
{
	struct pt_iommu *pt = pt_iommu_from_domain(domain);
	uint64_t mapped = 0;
	int err;

	if (refuses_domain(domain))
		return -EINVAL;
	err = domain->ops->map_range(pt, iova, paddr, size, prot, &mapped);
	if (err && !domain->crashed)
		iommu_unmap(domain, iova, mapped);
	return err;
}

int iommu_map(struct iommu_domain *domain, uint64_t iova, uint64_t paddr, uint64_t size,
	      uint32_t prot)
{
	int err = iommu_map_nosync(domain, iova, paddr, size, prot);

	if (!err)
		iommu_sync_map(domain, iova, size);
	return err;
}

int64_t iommu_map_sg(struct iommu_domain *domain, uint64_t iova, const struct iopt_piece *pieces,
		     uint64_t count, uint32_t prot)
{
	uint64_t done = 0;
	uint64_t run_pa = 0;
	uint64_t run = 0;
	uint64_t whole = 0;

	/* The last piece is looked at once more, as if it followed itself. */
	for (uint64_t i = 0; i <= count; i++) {
		const struct iopt_piece *piece = &pieces[i < count ? i : count - 1];

		if (run && piece->pa != run_pa + run) {
			int err = iommu_map_nosync(domain, iova + done, run_pa, run, prot);

			if (err) {
				if (!domain->crashed)
					iommu_unmap(domain, iova, done);
				return err;
			}
			done += run;
			run = 0;
		}
		if (i == count)
			break;
		if (!run)
			run_pa = piece->pa;
		run += sg_iova_length(pieces, count, i, &whole);
	}
	iommu_sync_map(domain, iova, done);
	return (int64_t)done;
}

uint64_t iommu_unmap_fast(struct iommu_domain *domain, uint64_t iova, uint64_t size,
			  struct iommu_iotlb_gather *gather)
{
	if (refuses_domain(domain))
		return 0;
	return domain->ops->unmap_range(pt_iommu_from_domain(domain), iova, size, gather);
}

uint64_t iommu_unmap(struct iommu_domain *domain, uint64_t iova, uint64_t size)
{
	struct iommu_iotlb_gather own;
	uint64_t unmapped;

	iommu_iotlb_gather_init(&own);
	unmapped = iommu_unmap_fast(domain, iova, size, &own);
	iommu_yield(domain, IOPT_POINT_STRICT_SYNC);
	iommu_iotlb_sync(domain, &own);
	return unmapped;
}

uint64_t iommu_iova_to_phys(struct iommu_domain *domain, uint64_t iova)
{
	return domain->ops->iova_to_phys(pt_iommu_from_domain(domain), iova);
}
