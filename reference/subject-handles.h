/* SPDX-License-Identifier: GPL-2.0-only */
/* The handles that scenarios know buffers, lists and ranges by. */
#ifndef LOCKSTEP_SUBJECT_HANDLES_H
#define LOCKSTEP_SUBJECT_HANDLES_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

enum dma_handle_kind {
	DMA_HANDLE_DEAD = 0,
	DMA_HANDLE_BUFFER,
	DMA_HANDLE_LIST,
	DMA_HANDLE_RANGE, /* of a mapping in two steps */
};

struct dma_handle {
	uint64_t dma_addr;
	uint64_t size; /* bytes */
	uint32_t attrs; /* enum iopt_attr bits that it was mapped with */
	enum dma_handle_kind kind;
};

struct dma_handles;

/* All dead; null when memory ran out. */
struct dma_handles *dma_handles_alloc(void);
void dma_handles_free(struct dma_handles *handles);
/* The same place for the same number, for as long as there are handles. */
struct dma_handle *dma_handles_find(struct dma_handles *handles, uint32_t number);

#pragma GCC visibility pop
#endif
