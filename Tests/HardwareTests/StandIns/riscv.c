/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel.h"

struct riscv_iommu_command {
	u64 dword0;
	u64 dword1;
};
struct riscv_iommu_device {
	u64 caps;
};
struct riscv_iommu_bond {
	struct list_head list;
	struct device *dev;
};
struct riscv_iommu_domain {
	struct iommu_domain domain;
	struct list_head bonds;
	int pscid;
};

#define dev_to_iommu(dev) ((struct riscv_iommu_device *)(dev)->data)
#define iommu_domain_to_riscv(d) container_of(d, struct riscv_iommu_domain, domain)
#define riscv_iommu_cmd_send(iommu, cmd) stand_in_send((cmd)->dword0, (cmd)->dword1)
#define riscv_iommu_cmd_sync(iommu, timeout) ((void)(iommu))

#include <taken.h>

int stand_in_run(const struct stand_in_request *request, struct stand_in_words *words, int room)
{
	struct riscv_iommu_device iommu = {0};
	struct device device = {&iommu};
	struct riscv_iommu_bond bond = {.dev = &device};
	struct riscv_iommu_domain domain = {.bonds = {.first = &bond}};
	struct iommu_iotlb_gather gather = stand_in_gather(request);

#ifdef RISCV_IOMMU_CAPABILITIES_NL
	if (request->hardware & 1)
		iommu.caps |= RISCV_IOMMU_CAPABILITIES_NL;
	if (request->hardware & 2)
		iommu.caps |= RISCV_IOMMU_CAPABILITIES_S;
#endif
	sent.words = words;
	sent.count = 0;
	sent.room = room;
	if (request->call == STAND_IN_SYNC)
		riscv_iommu_iotlb_sync(&domain.domain, &gather);
	else if (request->call == STAND_IN_FLUSH_ALL)
		riscv_iommu_iotlb_flush_all(&domain.domain);
	return sent.count;
}
