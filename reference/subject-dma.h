/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the DMA layer's operations share. */
#ifndef LOCKSTEP_SUBJECT_DMA_H
#define LOCKSTEP_SUBJECT_DMA_H

#include "dma-iommu.h"
#include "subject-handles.h"
#include "subject.h"

#pragma GCC visibility push(hidden)

/* Says that the handle was in the wrong state. */
static inline void dma_skip(struct subject *subject)
{
	iopt_log0(subject->pt.domain.log, IOPT_EVENT_SKIP);
}

/* What an operation asks for, whichever version it is of. */
static inline struct iommu_dma_request dma_request(const struct iommu_dma_cookie *dma,
						   const struct iopt_op *op)
{
	struct iommu_dma_request request = {
		.cpu = op->cpu,
		.dir = op->dir,
		.dma_mask = dma->dma_mask,
	};

	if (op->kind >= IOPT_OP_DMA_MAP_PHYS) {
		request.attrs = op->attrs;
		if (op->has_limit)
			request.dma_mask = op->limit;
	}
	return request;
}

/* Mappings in two steps, subject-dma-iova.c. False for an operation that is none of them. */
bool subject_run_dma_iova(struct subject *subject, const struct iopt_op *op);

#pragma GCC visibility pop
#endif
