/* SPDX-License-Identifier: GPL-2.0-only */
/* The DMA layer of the tree, in one file with it so that its private parts can be reached. */
#include "domain.h"
#include "refusal.h"
#include "system.h"
#include <linux/iova.h>
#include <linux/scatterlist.h>
#include "dma-stubs.h"

/*
 * What the file does with IOVAs and queues is told from around its calls;
 * none of that goes through a driver.
 */
static unsigned long shim_alloc_iova_fast(struct iova_domain *iovad, unsigned long pages,
					  unsigned long limit, bool last_try)
{
	unsigned int shift = iova_shift(iovad);
	unsigned long pfn = alloc_iova_fast(iovad, pages, limit, last_try);

	if (pfn)
		iopt_log2(shim_current->log, IOPT_EVENT_IOVA_ALLOC, pfn << shift, pages << shift);
	else if (last_try)
		iopt_log1(shim_current->log, IOPT_EVENT_IOVA_NONE, pages << shift);
	return pfn;
}

static void shim_free_iova_fast(struct iova_domain *iovad, unsigned long pfn, unsigned long pages)
{
	unsigned int shift = iova_shift(iovad);

	shim_point(IOPT_POINT_IOVA_HANDOVER);
	iopt_log2(shim_current->log, IOPT_EVENT_IOVA_FREE, pfn << shift, pages << shift);
	free_iova_fast(iovad, pfn, pages);
}

static size_t shim_unmap_fast(struct iommu_domain *domain, unsigned long iova, size_t size,
			      struct iommu_iotlb_gather *gather)
{
	return shim_current->unmapped = iommu_unmap_fast(domain, iova, size, gather);
}

/* Only queue_iova() splices, onto the entry that it has just filled. */
#define SHIM_SPLICE(from, to)                                        \
	do {                                                         \
		iommu_pages_list_splice(from, to);                   \
		shim_log_queue(cookie, container_of(to, struct iova_fq_entry, freelist)); \
	} while (0)

struct iommu_dma_cookie;
struct iova_fq_entry;
static void shim_log_queue(struct iommu_dma_cookie *cookie, const struct iova_fq_entry *entry);

#undef SHIM_PERCPU_IS_QUEUE
#define SHIM_PERCPU_IS_QUEUE true
#define alloc_iova_fast shim_alloc_iova_fast
#define free_iova_fast shim_free_iova_fast
#define iommu_unmap_fast shim_unmap_fast

/* A macro's own name in its replacement is the function again. */
#define iommu_pages_list_splice(from, to) SHIM_SPLICE(from, to)

#include "points.h"
#include "dma-iommu.c"
#undef alloc_iova_fast
#undef free_iova_fast

static void shim_log_queue(struct iommu_dma_cookie *cookie, const struct iova_fq_entry *entry)
{
	unsigned int shift = iova_shift(&cookie->iovad);
	struct iopt_log *log = shim_current->log;
	bool single = cookie->options.qt == IOMMU_DMA_OPTS_SINGLE_QUEUE;
	uint64_t record = iopt_log_begin(log, IOPT_EVENT_QUEUE);

	iopt_log_word(log, single ? 0 : shim_current->cpu);
	iopt_log_word(log, entry->iova_pfn << shift);
	iopt_log_word(log, entry->pages << shift);
	iopt_log_word(log, entry->counter);
	shim_log_pages(&entry->freelist);
	iopt_log_end(log, record);
}

#include "buffers.h"

struct shim_dma {
	struct dev_iommu device;
	struct device_dma_parameters parameters;
	u64 mask;
	struct shim_buffers buffers;
};

struct iommu_domain *iommu_get_dma_domain(struct device *dev)
{
	return dev->shim_domain;
}

int shim_dma_open(struct shim_domain *shim, const struct iopt_dma_config *config)
{
	struct iommu_domain *domain = &shim->domain;
	struct device *dev = &shim->device;
	struct shim_dma *dma = shim_alloc_own(sizeof(*dma));
	struct iommu_dma_options *options;

	if (!dma || iommu_get_dma_cookie(domain))
		return -ENOMEM;
	shim->dma = dma;
	dma->mask = config->limit;
	dma->device.pci_32bit_workaround = config->pci32;
	dev->iommu = &dma->device;
	dev->dma_mask = &dma->mask;
	/* A list has no boundary, and a segment of it no length that would be too much. */
	dma->parameters.segment_boundary_mask = ULONG_MAX;
	dma->parameters.max_segment_size = UINT_MAX;
	dev->dma_parms = &dma->parameters;
	dev->shim_domain = domain;
	dev->dma_iommu = true;
	domain->type = IOMMU_DOMAIN_DMA;
	/* Undefined in the code: the number of the lowest bit of none. */
	BUG_ON(!domain->pgsize_bitmap);
	if (iommu_dma_init_domain(domain, dev))
		return -ENOMEM;
	options = &domain->iova_cookie->options;
	options->qt = config->queue == IOPT_QUEUE_SINGLE ? IOMMU_DMA_OPTS_SINGLE_QUEUE :
							   IOMMU_DMA_OPTS_PER_CPU_QUEUE;
	options->fq_size = config->ring_size;
	options->fq_timeout = config->timeout;
	if (config->mode == IOPT_DMA_FQ && !iommu_dma_init_fq(domain))
		domain->type = IOMMU_DOMAIN_DMA_FQ;
	return 0;
}

void shim_dma_teardown(struct shim_domain *shim)
{
	iommu_put_dma_cookie(&shim->domain);
	shim->domain.iova_cookie = NULL;
}

static void run_relax(struct shim_domain *shim)
{
	int err = iommu_dma_init_fq(&shim->domain);

	if (!err)
		shim->domain.type = IOMMU_DOMAIN_DMA_FQ;
	shim_log_ret((u64)(s64)err, 0);
}

static void run_reserve(struct shim_domain *shim, const struct iopt_op *op)
{
	struct iova_domain *iovad = &shim->domain.iova_cookie->iovad;

	reserve_iova(iovad, op->iova >> iova_shift(iovad),
		     (op->iova + op->len - 1) >> iova_shift(iovad));
}

bool shim_dma_run(struct shim_domain *shim, const struct iopt_op *op)
{
	if (!shim_dma_op_known(op))
		return false;
	/* Those that drivers call may come from where nobody may sleep. */
	shim_current->atomic = op->kind != IOPT_OP_RELAX && op->kind != IOPT_OP_TICK &&
			       op->kind != IOPT_OP_RESERVE;
	switch (op->kind) {
	case IOPT_OP_RELAX:
		run_relax(shim);
		return true;
	case IOPT_OP_TICK:
		shim_tick(op->len);
		return true;
	case IOPT_OP_RESERVE:
		run_reserve(shim, op);
		return true;
	default:
		return shim_run_buffer(&shim->device, &shim->dma->buffers, op);
	}
}

/* What the file needs once in a process: its caches of objects. */
__attribute__((__constructor__)) static void shim_prepare(void)
{
	iova_cache_get();
}
