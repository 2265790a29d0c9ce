/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations of mappings in two steps. */
#include "subject-dma.h"

static void run_alloc(struct subject *subject, const struct iopt_op *op)
{
	struct iommu_domain *domain = &subject->pt.domain;
	struct dma_handle *handle = dma_handles_find(subject->handles, op->handle);
	struct iommu_dma_request request = dma_request(domain->iova_cookie, op);
	struct dma_iova_state state;

	if (handle->kind != DMA_HANDLE_DEAD) {
		dma_skip(subject);
		return;
	}
	if (!dma_iova_try_alloc(domain, &request, &state, op->pa, op->len)) {
		log_ret(domain, DMA_MAPPING_ERROR, 0);
		return;
	}
	*handle = (struct dma_handle){
		.dma_addr = state.addr,
		.size = state.size,
		.kind = DMA_HANDLE_RANGE,
	};
	log_ret(domain, state.addr, 0);
}

/* Does the operation keep to what the range was taken for? */
static bool stays_inside(const struct dma_handle *range, const struct iopt_op *op)
{
	uint64_t offset = op->kind == IOPT_OP_DMA_IOVA_DESTROY ? 0 : op->offset;

	return op->kind == IOPT_OP_DMA_IOVA_FREE ||
	       (op->len <= range->size && offset <= range->size - op->len);
}

static void run_on_range(struct subject *subject, const struct iopt_op *op)
{
	struct iommu_domain *domain = &subject->pt.domain;
	struct dma_handle *handle = dma_handles_find(subject->handles, op->handle);
	struct dma_iova_state state = { handle->dma_addr, handle->size };
	struct iommu_dma_request request = dma_request(domain->iova_cookie, op);

	if (handle->kind != DMA_HANDLE_RANGE || !stays_inside(handle, op)) {
		dma_skip(subject);
		return;
	}
	switch (op->kind) {
	case IOPT_OP_DMA_IOVA_LINK:
		log_errno(domain,
			  dma_iova_link(domain, &request, &state, op->pa, op->offset, op->len), 0);
		break;
	case IOPT_OP_DMA_IOVA_SYNC:
		log_errno(domain, dma_iova_sync(domain, &state, op->offset, op->len), 0);
		break;
	case IOPT_OP_DMA_IOVA_UNLINK:
		dma_iova_unlink(domain, &state, op->offset, op->len);
		break;
	case IOPT_OP_DMA_IOVA_DESTROY:
		handle->kind = DMA_HANDLE_DEAD;
		dma_iova_destroy(domain, op->cpu, &state, op->len);
		break;
	default:
		handle->kind = DMA_HANDLE_DEAD;
		dma_iova_free(domain, op->cpu, &state);
	}
}

bool subject_run_dma_iova(struct subject *subject, const struct iopt_op *op)
{
	if (op->kind < IOPT_OP_DMA_IOVA_ALLOC || op->kind > IOPT_OP_DMA_IOVA_FREE)
		return false;
	if (op->kind == IOPT_OP_DMA_IOVA_ALLOC)
		run_alloc(subject, op);
	else
		run_on_range(subject, op);
	return true;
}
