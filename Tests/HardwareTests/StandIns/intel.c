/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel.h"

struct qi_desc {
	u64 qw0, qw1, qw2, qw3;
};
struct intel_iommu {
	u64 cap;
	u64 ecap;
	u32 gcmd;
};
enum cache_tag_type {
	CACHE_TAG_IOTLB,
	CACHE_TAG_DEVTLB,
	CACHE_TAG_NESTING_IOTLB,
	CACHE_TAG_NESTING_DEVTLB,
};
struct cache_tag {
	struct list_head node;
	enum cache_tag_type type;
	struct intel_iommu *iommu;
	struct device *dev;
	u16 domain_id;
	ioasid_t pasid;
};
struct device_domain_info {
	u8 bus, devfn;
	u16 pfsid;
	u8 ats_qdep;
	bool dtlb_extra_inval;
};
#define STAND_IN_BATCH 16
struct qi_batch {
	struct qi_desc descs[STAND_IN_BATCH];
	unsigned int index;
};
struct dmar_domain {
	struct iommu_domain domain;
	spinlock_t cache_lock;
	struct list_head cache_tags;
	struct qi_batch *qi_batch;
	bool iotlb_sync_map;
	bool has_first_stage;
};

#define QI_MAX_BATCHED_DESC_COUNT STAND_IN_BATCH
#define to_dmar_domain(d) container_of(d, struct dmar_domain, domain)
#define intel_domain_is_fs_paging(d) ((d)->has_first_stage)
#define dev_iommu_priv_get(d) ((d)->data)
#define PCI_DEVID(bus, devfn) ((bus) << 8 | (devfn))
#define trace_cache_tag_flush_range(...) ((void)0)
#define trace_cache_tag_flush_range_np(...) ((void)0)
#define iommu_flush_write_buffer(iommu) ((void)(iommu))
#define __iommu_flush_iotlb(...) ((void)0)

static void qi_submit_sync(struct intel_iommu *iommu, struct qi_desc *desc, unsigned int count,
			   unsigned long options)
{
	(void)iommu;
	(void)options;
	for (unsigned int i = 0; i < count; i++)
		stand_in_send(desc[i].qw0, desc[i].qw1);
}

#include <taken.h>

int stand_in_run(const struct stand_in_request *request, struct stand_in_words *words, int room)
{
	bool is_caching = request->hardware & 1;
	bool has_first_stage = request->hardware & 4;
	/* Page-selective invalidation (bit 39), MAMV, caching mode; queued invalidation (bit 1). */
	struct intel_iommu iommu = {
		.cap = 1ULL << 39 | (u64)request->number << 48 | (u64)is_caching << 7,
		.ecap = 2,
		.gcmd = DMA_GCMD_TE,
	};
	struct device_domain_info info = {.bus = 1};
	struct device device = {&info};
	struct cache_tag devices = {.type = CACHE_TAG_DEVTLB, .iommu = &iommu, .dev = &device};
	struct cache_tag tlb = {.type = CACHE_TAG_IOTLB, .iommu = &iommu, .dev = &device};
	struct qi_batch batch = {0};
	struct dmar_domain domain = {
		.domain = {.type = IOMMU_DOMAIN_PAGING},
		.cache_tags = {.first = &tlb},
		.qi_batch = &batch,
		.iotlb_sync_map = is_caching,
		.has_first_stage = has_first_stage,
	};
	struct iommu_iotlb_gather gather = stand_in_gather(request);

	if (request->hardware & 2)
		tlb.node.next = &devices;
	sent.words = words;
	sent.count = 0;
	sent.room = room;
	switch (request->call) {
	case STAND_IN_SYNC:
		intel_iommu_tlb_sync(&domain.domain, &gather);
		break;
	case STAND_IN_FLUSH_ALL:
		intel_flush_iotlb_all(&domain.domain);
		break;
	case STAND_IN_SYNC_MAP:
		intel_iommu_iotlb_sync_map(&domain.domain, request->first, request->last);
		break;
	}
	return sent.count;
}
