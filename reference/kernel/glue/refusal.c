/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tree's glue refuses, in words. Sees the C library, and none of the kernel's headers. */
#include "refusal.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static _Thread_local char reason[160];

uint32_t shim_refuse(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return IOPT_REFUSED;
}

const char *shim_refusal(void)
{
	return reason;
}

/* No more than the last of a row of numbers that begins at 0. */
static bool is_past(const char *member, uint32_t value, uint32_t last)
{
	if (value <= last)
		return false;
	shim_refuse("%s=%u is not known", member, value);
	return true;
}

static bool layer_is_unknown(const struct iopt_dma_config *dma)
{
	if (is_past("queue", dma->queue, IOPT_QUEUE_SINGLE) ||
	    is_past("mode", dma->mode, IOPT_DMA_FQ) || is_past("pci32", dma->pci32, 1))
		return true;
	if (dma->cpus < 1 || dma->cpus > 256)
		return shim_refuse("cpus=%u is not from 1 to 256", dma->cpus);
	/* The field of the code's options is an unsigned int. */
	if (dma->timeout > UINT_MAX)
		return shim_refuse("a timeout has 32 bits in the kernel's code");
	return false;
}

static bool version_2_is_unknown(const struct iopt_config *config)
{
	if (iopt_has(config, sync_map) && is_past("sync_map", config->sync_map, 1))
		return true;
	if (iopt_has(config, dma_fail_magazine) &&
	    (config->dma_magazine || config->dma_fail_magazine))
		return shim_refuse("magazine= and fail_magazine= are fixed in the kernel's code");
	return false;
}

bool shim_refuses_to_open(const struct iopt_host *host, const struct iopt_config *config,
			  const struct shim_known *known)
{
	uint32_t unknown;

	if (host->size < IOPT_HOST_SIZE_1)
		return shim_refuse("iopt_host has %u bytes, version 1 has %d", host->size,
				   IOPT_HOST_SIZE_1);
	if (config->size < IOPT_CONFIG_SIZE_1)
		return shim_refuse("iopt_config has %u bytes, version 1 has %d", config->size,
				   IOPT_CONFIG_SIZE_1);
	if (config->format >= 32 || !(known->formats >> config->format & 1))
		return shim_refuse("format=%u: this tree has no such format", config->format);
	if (config->gather != IOPT_GATHER_MERGED)
		return shim_refuse(
			"gather=%u: this tree has one revision of gather_range_pages(), its own",
			config->gather);
	if (is_past("build", config->build, IOPT_BUILD_DEBUG) ||
	    is_past("has_dma", config->has_dma, 1) || version_2_is_unknown(config))
		return true;
	unknown = config->features & ~known->features;
	if (unknown)
		return shim_refuse("features: this tree does not know 0x%x", unknown);
	return config->has_dma && layer_is_unknown(&config->dma);
}

static bool is_of_layer(uint32_t kind)
{
	return (kind >= IOPT_OP_DMA_MAP && kind <= IOPT_OP_RELAX) || kind == IOPT_OP_TICK ||
	       kind == IOPT_OP_RESERVE || (kind >= IOPT_OP_KINDS && kind < IOPT_OP_KINDS_2);
}

static uint32_t refuse_layer_op(const struct iopt_op *op)
{
	if (op->dir > IOPT_FROM_DEVICE)
		return shim_refuse("dir=%u is not known", op->dir);
	if (!iopt_has(op, attrs))
		return shim_refuse("iopt_op has %u bytes, too few for kind=%u", op->size, op->kind);
	if (op->has_limit > 1)
		return shim_refuse("has_limit=%u is neither 0 nor 1", op->has_limit);
	return shim_refuse("attrs=0x%x has bits that are not known", op->attrs);
}

uint32_t shim_refuse_op(const struct iopt_op *op, bool has_layer)
{
	if (op->size < IOPT_OP_SIZE_1)
		return shim_refuse("iopt_op has %u bytes, version 1 has %d", op->size,
				   IOPT_OP_SIZE_1);
	if (op->kind == IOPT_OP_MAP || op->kind == IOPT_OP_MAP_RANGE)
		return shim_refuse("prot=0x%x has bits that are not known", op->prot);
	if (is_of_layer(op->kind))
		return has_layer ? refuse_layer_op(op) :
				   shim_refuse("kind=%u needs a DMA layer, the domain has none",
					       op->kind);
	if ((op->kind < IOPT_OP_GATHER || op->kind > IOPT_OP_FLUSH) &&
	    op->kind != IOPT_OP_READ_AND_CLEAR_DIRTY)
		return shim_refuse("kind=%u is no operation of this tree's glue", op->kind);
	if (op->gather >= IOPT_GATHER_COUNT)
		return shim_refuse("gather=%u is no gather, there are %u", op->gather,
				   IOPT_GATHER_COUNT);
	return shim_refuse("flag=%u is neither 0 nor 1", op->flag);
}
