/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations of the language, as calls of the kernel's functions, and their results. */
#include "domain.h"
#include "refusal.h"

void shim_log_ret(u64 value, u64 mapped)
{
	iopt_log2(shim_current->log, IOPT_EVENT_RET, value, mapped);
}

static void log_errno(int err, u64 mapped)
{
	shim_log_ret((u64)(s64)err, mapped);
}

static void log_gather(struct shim_domain *domain, unsigned int number)
{
	const struct iommu_iotlb_gather *gather = &domain->gathers[number];
	struct iopt_log *log = domain->context.log;
	uint64_t record;

	shim_log_levels(domain, gather);
	record = iopt_log_begin(log, IOPT_EVENT_GATHER);
	iopt_log_word(log, number);
	iopt_log_word(log, gather->start);
	iopt_log_word(log, gather->end);
	iopt_log_word(log, gather->queued);
	shim_log_pages(&gather->freelist);
	iopt_log_end(log, record);
}

/* What a flush queue does in the end with what was put on it. */
static void run_flush(struct shim_domain *domain, struct iommu_iotlb_gather *gather)
{
	bool queued = gather->queued;

	domain->domain.ops->flush_iotlb_all(&domain->domain);
	iommu_put_pages_list(&gather->freelist);
	iommu_iotlb_gather_init(gather);
	gather->queued = queued;
}

static int read_dirty(struct shim_domain *domain, const struct iopt_op *op,
		      struct iommu_iotlb_gather *gather)
{
	struct iommu_dirty_bitmap dirty = {
		.bitmap = (void *)domain, /* never looked into: iova_bitmap_set() is ours */
		.gather = gather,
	};

	return domain->format->read_and_clear_dirty(&domain->domain, op->iova, op->len,
						    op->flag ? IOMMU_DIRTY_NO_CLEAR : 0, &dirty);
}

/* False for what is no operation on a gather. */
static noinline bool run_on_gather(struct shim_domain *domain, const struct iopt_op *op)
{
	struct iommu_iotlb_gather *gather;

	if (op->gather >= IOPT_GATHER_COUNT || op->flag > 1)
		return false;
	gather = &domain->gathers[op->gather];
	switch (op->kind) {
	case IOPT_OP_GATHER:
		iommu_iotlb_gather_init(gather);
		gather->queued = op->flag;
		break;
	case IOPT_OP_UNMAP_FAST:
		shim_log_ret(iommu_unmap_fast(&domain->domain, op->iova, op->len, gather), 0);
		break;
	case IOPT_OP_IOTLB_SYNC:
		iommu_iotlb_sync(&domain->domain, gather);
		break;
	case IOPT_OP_FLUSH:
		run_flush(domain, gather);
		break;
	case IOPT_OP_READ_AND_CLEAR_DIRTY:
		log_errno(read_dirty(domain, op, gather), 0);
		break;
	default:
		return false;
	}
	log_gather(domain, op->gather);
	return true;
}

static noinline void run_map(struct shim_domain *domain, const struct iopt_op *op)
{
	int err = iommu_map(&domain->domain, op->iova, op->pa, op->len, (int)op->prot, GFP_KERNEL);

	log_errno(err, err ? 0 : op->len);
}

static noinline void run_map_range(struct shim_domain *domain, const struct iopt_op *op)
{
	size_t mapped = 0;
	int err = shim_map_range(&domain->iommu, op->iova, op->pa, op->len, op->prot, &mapped);

	log_errno(err, mapped);
}

/* All but lookups; what needs many registers is called, so that the rest saves none. */
uint32_t shim_run(struct shim_domain *domain, const struct iopt_op *op)
{
	switch (op->kind) {
	case IOPT_OP_MAP:
	case IOPT_OP_MAP_RANGE:
		if (!shim_prot_known(op))
			return IOPT_REFUSED;
		if (op->kind == IOPT_OP_MAP)
			run_map(domain, op);
		else
			run_map_range(domain, op);
		return IOPT_DONE;
	case IOPT_OP_UNMAP:
		shim_log_ret(iommu_unmap(&domain->domain, op->iova, op->len), 0);
		return IOPT_DONE;
	case IOPT_OP_SET_DIRTY:
		log_errno(shim_set_dirty(&domain->iommu, op->iova), 0);
		return IOPT_DONE;
	default:
		if ((domain->dma && shim_dma_run(domain, op)) || run_on_gather(domain, op))
			return IOPT_DONE;
		return IOPT_REFUSED;
	}
}
