/* SPDX-License-Identifier: GPL-2.0-only */
/* The DMA layer's operations, and the handles that scenarios know buffers by. */
#include "dma-iommu.h"
#include "subject.h"

#include <errno.h>
#include <stdlib.h>

/* Handles whose buffers are allocated together when one of them is first used. */
#define HANDLE_CHUNK 256u
#define HANDLE_CHUNKS (IOPT_HANDLE_COUNT / HANDLE_CHUNK)

struct dma_buffer {
	uint64_t dma_addr;
	uint64_t size_plus_one; /* bytes, plus one; 0 when the handle is not live */
};

/* Most scenarios get by with low handles. */
#define HANDLE_LOW 64u

struct dma_handles {
	struct dma_buffer low[HANDLE_LOW];
	struct dma_buffer **chunks; /* of all handles, null until a high one is used */
};

static void *must_calloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		abort();
	return memory;
}

uint32_t subject_open_dma(struct subject *subject, const struct iopt_dma_config *config)
{
	int err = iommu_dma_init_domain(&subject->pt.domain, config);

	if (err)
		return err == -EFAULT ? IOPT_CRASHED : subject_refuse("out of memory");
	subject->handles = calloc(1, sizeof(*subject->handles));
	return subject->handles ? IOPT_DONE : subject_refuse("out of memory");
}

void subject_close_dma(struct subject *subject)
{
	iommu_put_dma_cookie(&subject->pt.domain);
	if (!subject->handles)
		return;
	for (unsigned int i = 0; subject->handles->chunks && i < HANDLE_CHUNKS; i++)
		free(subject->handles->chunks[i]);
	free(subject->handles->chunks);
	free(subject->handles);
}

static struct dma_buffer *find_buffer(struct subject *subject, uint32_t handle)
{
	struct dma_handles *handles = subject->handles;
	struct dma_buffer **chunk;

	handle %= IOPT_HANDLE_COUNT;
	if (handle < HANDLE_LOW)
		return &handles->low[handle];
	if (!handles->chunks)
		handles->chunks = must_calloc(HANDLE_CHUNKS, sizeof(*handles->chunks));
	chunk = &handles->chunks[handle / HANDLE_CHUNK];
	if (!*chunk)
		*chunk = must_calloc(HANDLE_CHUNK, sizeof(**chunk));
	return &(*chunk)[handle % HANDLE_CHUNK];
}

static void skip(struct subject *subject)
{
	iopt_log0(subject->pt.domain.log, IOPT_EVENT_SKIP);
}

static void run_map(struct subject *subject, const struct iopt_op *op)
{
	struct iommu_domain *domain = &subject->pt.domain;
	struct dma_buffer *buffer = find_buffer(subject, op->handle);
	uint64_t dma_addr;
	uint64_t size;

	if (buffer->size_plus_one) {
		skip(subject);
		return;
	}
	if (op->kind == IOPT_OP_DMA_MAP) {
		dma_addr = iommu_dma_map_phys(domain, op->cpu, op->pa, op->len, op->dir);
		size = op->len;
	} else {
		dma_addr = iommu_dma_map_sg(domain, op->cpu, op->pieces, op->piece_count, op->dir);
		size = iommu_dma_sg_extent(op->pieces, op->piece_count, dma_addr);
	}
	if (dma_addr != DMA_MAPPING_ERROR)
		*buffer = (struct dma_buffer){ dma_addr, size + 1 };
	log_ret(domain, dma_addr, 0);
}

static void run_unmap(struct subject *subject, const struct iopt_op *op)
{
	struct iommu_domain *domain = &subject->pt.domain;
	struct dma_buffer *live = find_buffer(subject, op->handle);
	struct dma_buffer buffer = *live;
	uint64_t unmapped = 0;

	if (!buffer.size_plus_one) {
		skip(subject);
		return;
	}
	live->size_plus_one = 0;
	/* A list may have had no length at all. */
	if (buffer.size_plus_one > 1)
		unmapped = iommu_dma_unmap_phys(domain, op->cpu, buffer.dma_addr,
						buffer.size_plus_one - 1);
	log_ret(domain, unmapped, 0);
}

bool subject_run_dma(struct subject *subject, const struct iopt_op *op)
{
	struct iommu_domain *domain = &subject->pt.domain;

	if (!subject->handles)
		return false;
	switch (op->kind) {
	case IOPT_OP_DMA_MAP:
	case IOPT_OP_DMA_MAP_SG:
		if (op->dir > IOPT_FROM_DEVICE)
			return false;
		run_map(subject, op);
		return true;
	case IOPT_OP_DMA_UNMAP:
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
		return false;
	}
}
