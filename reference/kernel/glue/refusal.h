/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tree's glue refuses: numbers and sizes that no version of the ABI which it was built with has. */
#ifndef SHIM_REFUSAL_H
#define SHIM_REFUSAL_H

#include "../../abi/iopt_subject.h"

/* What this tree has. */
struct shim_known {
	uint32_t formats; /* mask of enum iopt_format */
	uint32_t features; /* enum iopt_feature bits */
};

/* Keeps the reason for the thread that asked; IOPT_REFUSED. */
__attribute__((format(printf, 1, 2))) uint32_t shim_refuse(const char *format, ...);
/* The reason that was kept last. */
const char *shim_refusal(void);
/* True, and a reason kept, when the host or the configuration is not known. */
_Bool shim_refuses_to_open(const struct iopt_host *host, const struct iopt_config *config,
			   const struct shim_known *known);
/* Says what is not known of an operation that was not run; IOPT_REFUSED. */
uint32_t shim_refuse_op(const struct iopt_op *op, _Bool has_layer);

/* Do these have numbers only that are known? Asked where they are run, in few steps. */
static inline _Bool shim_prot_known(const struct iopt_op *op)
{
	return op->prot < IOPT_PROT_PRIV << 1;
}

static inline _Bool shim_dma_op_known(const struct iopt_op *op)
{
	if (op->kind < IOPT_OP_KINDS)
		return op->dir <= IOPT_FROM_DEVICE;
	return iopt_has(op, attrs) && op->dir <= IOPT_FROM_DEVICE &&
	       op->attrs < IOPT_ATTR_PRIVILEGED << 1 && op->has_limit <= 1;
}

#endif
