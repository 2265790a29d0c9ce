/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel.h"

struct iommu_cmd {
	u32 data[4];
};
struct amd_iommu_pci_seg {
	u16 alias_table[8];
};
struct amd_iommu {
	struct amd_iommu_pci_seg *pci_seg;
};
struct pci_dev {
	int unused;
};
struct iommu_dev_data {
	struct list_head list;
	struct device *dev;
	struct amd_iommu *iommu;
	bool ats_enabled;
	int ats_qdep;
	u16 devid;
	struct {
		u16 domid;
	} gcr3_info;
};
struct pdom_iommu_info {
	struct amd_iommu *iommu;
};
struct pt_iommu {
	int unused;
};
struct protection_domain {
	struct iommu_domain domain;
	struct pt_iommu iommu;
	spinlock_t lock;
	struct list_head dev_list;
	struct list_head viommu_list;
	struct pdom_iommu_info *iommu_array;
	u16 id;
	bool has_guest_tables;
};

static bool amd_iommu_np_cache;

#define to_pdomain(d) container_of(d, struct protection_domain, domain)
#define pdom_is_v2_pgtbl_mode(pdom) ((pdom)->has_guest_tables)
#define get_amd_iommu_from_dev_data(d) ((d)->iommu)
#define get_amd_iommu_from_dev(d) ((struct amd_iommu *)(d)->data)
#define rlookup_amd_iommu(d) ((struct amd_iommu *)(d)->data)
#define xa_for_each(array, index, entry) \
	for (index = 0, entry = *(array); index < 1; index++)
#define iommu_flush_pages_v1_hdom_ids(...) 0
#define domain_flush_complete(domain) ((void)(domain))
#define set_dte_entry(...) ((void)0)
#define clone_aliases(...) ((void)0)
#define dev_is_pci(d) false
#define to_pci_dev(d) NULL
#define pci_for_each_dma_alias(pdev, function, data) function(pdev, 0, data)

static int iommu_queue_command(struct amd_iommu *iommu, struct iommu_cmd *cmd)
{
	(void)iommu;
	stand_in_send((u64)cmd->data[1] << 32 | cmd->data[0], (u64)cmd->data[3] << 32 | cmd->data[2]);
	return 0;
}

#include <taken.h>

int stand_in_run(const struct stand_in_request *request, struct stand_in_words *words, int room)
{
	struct amd_iommu_pci_seg segment = {{0, 1, 2, 3, 4, 5, 6, 7}};
	struct amd_iommu iommu = {&segment};
	struct device device = {&iommu};
	struct iommu_dev_data dev_data = {
		.dev = &device, .iommu = &iommu, .ats_enabled = request->hardware & 2, .devid = 5};
	struct pdom_iommu_info info = {&iommu};
	struct protection_domain domain = {
		.dev_list = {.first = &dev_data},
		.iommu_array = &info,
		.has_guest_tables = request->hardware & 4,
	};
	struct iommu_iotlb_gather gather = stand_in_gather(request);

	amd_iommu_np_cache = request->hardware & 1;
	sent.words = words;
	sent.count = 0;
	sent.room = room;
	switch (request->call) {
	case STAND_IN_SYNC:
		amd_iommu_iotlb_sync(&domain.domain, &gather);
		break;
	case STAND_IN_FLUSH_ALL:
		amd_iommu_flush_iotlb_all(&domain.domain);
		break;
	case STAND_IN_SYNC_MAP:
		amd_iommu_iotlb_sync_map(&domain.domain, request->first, request->last);
		break;
	default:
		amd_iommu_change_top(&domain.iommu, request->first, request->number);
	}
	return sent.count;
}
