/* SPDX-License-Identifier: GPL-2.0-only */
/* The DMA layer's operations: buffers and lists, queues and time. */
#include "subject-dma.h"

#include <errno.h>

uint32_t subject_open_dma(struct subject *subject, const struct iopt_config *config)
{
	bool told_to_fail = iopt_has(config, dma_fail_magazine) && config->dma_fail_magazine;
	int err = iommu_dma_init_domain(&subject->pt.domain, config);

	if (err == -EFAULT)
		return IOPT_CRASHED;
	if (err && told_to_fail) {
		log_errno(&subject->pt.domain, err, 0);
		return IOPT_FAILED;
	}
	if (err)
		return subject_refuse("out of memory");
	subject->handles = dma_handles_alloc();
	return subject->handles ? IOPT_DONE : subject_refuse("out of memory");
}

void subject_close_dma(struct subject *subject)
{
	iommu_put_dma_cookie(&subject->pt.domain);
	dma_handles_free(subject->handles);
}

/* Buffers and lists, by way of the entry points that drivers call or below them. */
static void run_map(struct subject *subject, const struct iopt_op *op)
{
	bool is_list = op->kind == IOPT_OP_DMA_MAP_SG || op->kind == IOPT_OP_DMA_MAP_SG_ATTRS;
	struct iommu_domain *domain = &subject->pt.domain;
	struct dma_handle *handle = dma_handles_find(subject->handles, op->handle);
	struct iommu_dma_request request = dma_request(domain->iova_cookie, op);
	struct dma_handle mapped = { .size = op->len, .attrs = request.attrs };

	if (handle->kind != DMA_HANDLE_DEAD) {
		dma_skip(subject);
		return;
	}
	if (is_list) {
		mapped.kind = DMA_HANDLE_LIST;
		mapped.dma_addr =
			iommu_dma_map_sg(domain, &request, op->pieces, op->piece_count);
		mapped.size =
			iommu_dma_sg_extent(op->pieces, op->piece_count, mapped.dma_addr);
	} else {
		mapped.kind = DMA_HANDLE_BUFFER;
		mapped.dma_addr = iommu_dma_map_phys(domain, &request, op->pa, op->len);
	}
	if (mapped.dma_addr != DMA_MAPPING_ERROR)
		*handle = mapped;
	log_ret(domain, mapped.dma_addr, 0);
}

static void run_unmap(struct subject *subject, const struct iopt_op *op)
{
	struct iommu_domain *domain = &subject->pt.domain;
	struct dma_handle *live = dma_handles_find(subject->handles, op->handle);
	struct dma_handle handle = *live;
	uint64_t unmapped = 0;

	if (handle.kind == DMA_HANDLE_DEAD || handle.kind == DMA_HANDLE_RANGE) {
		dma_skip(subject);
		return;
	}
	live->kind = DMA_HANDLE_DEAD;
	if (op->kind == IOPT_OP_DMA_UNMAP) {
		/* A list may have had no length at all. */
		if (handle.size)
			unmapped = __iommu_dma_unmap(domain, op->cpu, handle.dma_addr,
						     handle.size);
	} else if (handle.kind == DMA_HANDLE_LIST) {
		unmapped = iommu_dma_unmap_sg(domain, op->cpu, handle.dma_addr, handle.size);
	} else {
		unmapped = iommu_dma_unmap_phys(domain, op->cpu, handle.dma_addr, handle.size,
						handle.attrs);
	}
	log_ret(domain, unmapped, 0);
}

bool subject_run_dma(struct subject *subject, const struct iopt_op *op)
{
	struct iommu_domain *domain = &subject->pt.domain;

	if (!subject->handles || !dma_op_known(op))
		return false;
	switch (op->kind) {
	case IOPT_OP_DMA_MAP:
	case IOPT_OP_DMA_MAP_SG:
	case IOPT_OP_DMA_MAP_PHYS:
	case IOPT_OP_DMA_MAP_SG_ATTRS:
		run_map(subject, op);
		return true;
	case IOPT_OP_DMA_UNMAP:
	case IOPT_OP_DMA_UNMAP_PHYS_OR_SG:
		run_unmap(subject, op);
		return true;
	case IOPT_OP_RELAX:
		log_errno(domain, iommu_dma_init_fq(domain), 0);
		return true;
	case IOPT_OP_TICK:
		iommu_dma_tick(domain, op->len);
		return true;
	case IOPT_OP_RESERVE:
		iommu_dma_reserve(domain, op->iova, op->len);
		return true;
	default:
		return subject_run_dma_iova(subject, op);
	}
}
