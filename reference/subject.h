/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the subject share. */
#ifndef LOCKSTEP_SUBJECT_H
#define LOCKSTEP_SUBJECT_H

#include "pt_iommu.h"

#pragma GCC visibility push(hidden)

struct dma_handles;

/* One open domain. */
struct subject {
	struct pt_iommu pt; /* first: the domain is the state */
	struct iommu_iotlb_gather gathers[IOPT_GATHER_COUNT];
	struct dma_handles *handles; /* null without a DMA layer */
};

static inline void log_ret(struct iommu_domain *domain, uint64_t value, uint64_t mapped)
{
	iopt_log2(domain->log, IOPT_EVENT_RET, value, mapped);
}

static inline void log_errno(struct iommu_domain *domain, int err, uint64_t mapped)
{
	log_ret(domain, (uint64_t)(int64_t)err, mapped);
}

/* What is refused, and what the port can do: subject-refusal.c, subject-config.c. */

/* Keeps a reason, printf's way, and gives IOPT_REFUSED. */
__attribute__((format(printf, 1, 2))) uint32_t subject_refuse(const char *format, ...);
/* The reason that this thread kept last. */
const char *subject_refusal(void);
/* Says what is wrong with an operation that was not run. */
uint32_t subject_refuse_op(const struct subject *subject, const struct iopt_op *op);
/* Both keep a reason when they say no. */
bool subject_knows_host(const struct iopt_host *host);
bool subject_knows_config(const struct iopt_config *config);

/* The set of enum behaviour bits that a configuration that is known asks for. */
uint32_t subject_behaviours(const struct iopt_config *config);

extern const struct iopt_capabilities subject_capabilities;

static inline bool prot_known(uint32_t prot)
{
	return __builtin_expect(prot <= (IOPT_PROT_PRIV | (IOPT_PROT_PRIV - 1)), 1);
}

/* Does an operation of the DMA layer, of any version, have numbers only that are known? */
static inline bool dma_op_known(const struct iopt_op *op)
{
	const uint32_t all_attrs = IOPT_ATTR_PRIVILEGED | (IOPT_ATTR_PRIVILEGED - 1);

	if (op->dir > IOPT_FROM_DEVICE)
		return false;
	return op->kind < IOPT_OP_KINDS || (iopt_has(op, attrs) && op->attrs <= all_attrs &&
					    op->has_limit <= 1);
}

/* The DMA layer's operations, subject-dma.c. */

/* A status of enum iopt_status. */
uint32_t subject_open_dma(struct subject *subject, const struct iopt_config *config);
void subject_close_dma(struct subject *subject);
/* False when the operation is none of the layer's or not known, or there is no layer. */
bool subject_run_dma(struct subject *subject, const struct iopt_op *op);

#pragma GCC visibility pop
#endif
