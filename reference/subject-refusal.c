/* SPDX-License-Identifier: GPL-2.0-only */
/* Why something was refused: in words, kept for the thread that asked. */
#include "subject.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char reason[160];

uint32_t subject_refuse(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return IOPT_REFUSED;
}

const char *subject_refusal(void)
{
	return reason;
}

static bool is_map(uint32_t kind)
{
	return kind == IOPT_OP_MAP || kind == IOPT_OP_MAP_RANGE;
}

static bool is_of_dma(uint32_t kind)
{
	return (kind >= IOPT_OP_DMA_MAP && kind <= IOPT_OP_RELAX) || kind == IOPT_OP_TICK ||
	       kind == IOPT_OP_RESERVE ||
	       (kind >= IOPT_OP_DMA_MAP_PHYS && kind <= IOPT_OP_DMA_IOVA_FREE);
}

static bool is_of_gather(uint32_t kind)
{
	return (kind >= IOPT_OP_GATHER && kind <= IOPT_OP_FLUSH) ||
	       kind == IOPT_OP_READ_AND_CLEAR_DIRTY;
}

/* See dma_op_known(). */
static uint32_t refuse_dma_op(const struct iopt_op *op)
{
	if (op->dir > IOPT_FROM_DEVICE)
		return subject_refuse("dir=%u is not known", op->dir);
	if (!iopt_has(op, attrs))
		return subject_refuse("iopt_op has %u bytes, too few for operation kind=%u",
				      op->size, op->kind);
	if (op->has_limit > 1)
		return subject_refuse("has_limit=%u is neither 0 nor 1", op->has_limit);
	return subject_refuse("attrs=0x%x has bits that are not known", op->attrs);
}

uint32_t subject_refuse_op(const struct subject *subject, const struct iopt_op *op)
{
	if (op->size < IOPT_OP_SIZE_1)
		return subject_refuse("iopt_op has %u bytes, version 1 has %d", op->size,
				      IOPT_OP_SIZE_1);
	if (is_map(op->kind) && !prot_known(op->prot))
		return subject_refuse("prot=0x%x has bits that are not known", op->prot);
	if (is_of_gather(op->kind) && op->gather >= IOPT_GATHER_COUNT)
		return subject_refuse("gather=%u is no gather, there are %u", op->gather,
				      IOPT_GATHER_COUNT);
	if ((op->kind == IOPT_OP_GATHER || op->kind == IOPT_OP_READ_AND_CLEAR_DIRTY) &&
	    op->flag > 1)
		return subject_refuse("flag=%u is neither 0 nor 1", op->flag);
	if (is_of_dma(op->kind) && !subject->handles)
		return subject_refuse("operation kind=%u needs a DMA layer, the domain has none",
				      op->kind);
	if (is_of_dma(op->kind) && !dma_op_known(op))
		return refuse_dma_op(op);
	return subject_refuse("operation kind=%u is not known", op->kind);
}
