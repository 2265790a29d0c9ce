/* SPDX-License-Identifier: GPL-2.0-only */
#include "subject-handles.h"

#include "abi/iopt_subject.h"

#include <stdlib.h>

/* Handles that are allocated together when one of them is first used. */
#define HANDLE_CHUNK 256u
#define HANDLE_CHUNKS (IOPT_HANDLE_COUNT / HANDLE_CHUNK)

/* Most scenarios get by with low handles. */
#define HANDLE_LOW 64u

struct dma_handles {
	struct dma_handle low[HANDLE_LOW];
	struct dma_handle **chunks; /* of all handles, null until a high one is used */
};

static void *must_calloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		abort();
	return memory;
}

struct dma_handles *dma_handles_alloc(void)
{
	return calloc(1, sizeof(struct dma_handles));
}

void dma_handles_free(struct dma_handles *handles)
{
	if (!handles)
		return;
	for (unsigned int i = 0; handles->chunks && i < HANDLE_CHUNKS; i++)
		free(handles->chunks[i]);
	free(handles->chunks);
	free(handles);
}

struct dma_handle *dma_handles_find(struct dma_handles *handles, uint32_t number)
{
	struct dma_handle **chunk;

	number %= IOPT_HANDLE_COUNT;
	if (number < HANDLE_LOW)
		return &handles->low[number];
	if (!handles->chunks)
		handles->chunks = must_calloc(HANDLE_CHUNKS, sizeof(*handles->chunks));
	chunk = &handles->chunks[number / HANDLE_CHUNK];
	if (!*chunk)
		*chunk = must_calloc(HANDLE_CHUNK, sizeof(**chunk));
	return &(*chunk)[number % HANDLE_CHUNK];
}
