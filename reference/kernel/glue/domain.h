/* SPDX-License-Identifier: GPL-2.0-only */
/* A domain as the glue keeps it: the shim's context, the kernel's page table, gathers, buffers. */
#ifndef SHIM_DOMAIN_H
#define SHIM_DOMAIN_H

#include <linux/generic_pt/iommu.h>
#include "iommu-pages.h"

struct shim_dma;

struct shim_domain {
	struct shim_context context; /* first: shim_current points at it */
	union {
		struct pt_iommu iommu;
		struct iommu_domain domain;
		struct pt_iommu_riscv_64 riscv_64;
		struct pt_iommu_amdv1 amdv1;
		struct pt_iommu_vtdss vtdss;
		struct pt_iommu_x86_64 x86_64;
	};
	const struct shim_format *format;
	bool levels; /* SYNC and GATHER have LEVELS before them */
	bool crashed;
	struct device device;
	spinlock_t top_lock;
	struct iommu_iotlb_gather gathers[IOPT_GATHER_COUNT];
	struct shim_dma *dma; /* null without a DMA layer */
};

static inline struct shim_domain *shim_domain_of(struct iommu_domain *domain)
{
	return container_of(domain, struct shim_domain, domain);
}

/* One format in one build; glue/format.h defines it in the file that compiles the tree's. */
struct shim_format {
	const struct iommu_domain_ops *ops;
	int (*init)(struct shim_domain *domain, const struct iopt_config *config,
		    unsigned int features);
	int (*read_and_clear_dirty)(struct iommu_domain *domain, unsigned long iova, size_t size,
				    unsigned long flags, struct iommu_dirty_bitmap *dirty);
	/* Writes the INFO record. */
	void (*log_info)(struct shim_domain *domain, unsigned int hidden);
};

/* glue/iommu.c: what a driver does. */
void shim_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather);
void shim_flush_iotlb_all(struct iommu_domain *domain);
extern const struct pt_iommu_driver_ops shim_driver_ops;
/* The format's operations with an iotlb_sync_map among them. */
const struct iommu_domain_ops *shim_ops_with_sync_map(const struct shim_format *format);
/* The table's own operations, as the language's `map_range` and `set_dirty` mean them. */
int shim_map_range(struct pt_iommu *table, u64 iova, u64 pa, u64 len, unsigned int prot,
		   size_t *mapped);
int shim_set_dirty(struct pt_iommu *table, u64 iova);
void shim_log_pages(const struct iommu_pages_list *list);
void shim_log_levels(const struct shim_domain *domain, const struct iommu_iotlb_gather *gather);

/* glue/dma.c */
int shim_dma_open(struct shim_domain *domain, const struct iopt_dma_config *config);
/* False for an operation that is none of the DMA layer's, or a number out of range. */
bool shim_dma_run(struct shim_domain *domain, const struct iopt_op *op);
void shim_dma_teardown(struct shim_domain *domain);

/* glue/services.c */
void shim_tick(u64 ms);

/* glue/operations.c: one operation, lookups excepted. IOPT_DONE, or IOPT_REFUSED when there is none such. */
uint32_t shim_run(struct shim_domain *domain, const struct iopt_op *op);
void shim_log_ret(u64 value, u64 mapped);

#endif
