/* SPDX-License-Identifier: GPL-2.0-only */
/* The C port as a subject: opens domains, runs operations, reports results. */
#include "include/reference.h"
#include "dma-iommu.h"
#include "fmt/formats.h"
#include "subject.h"

#include <stdlib.h>
#include <string.h>

/* By format and build. */
static const struct pt_iommu_ops *const formats[][2] = {
#define FORMAT_ROW(number, name) \
	[number] = { &pt_iommu_##name##_ops, &pt_iommu_##name##_debug_ops },
	PT_FORMATS(FORMAT_ROW)
#undef FORMAT_ROW
};

static void log_info(const struct pt_iommu *pt)
{
	const struct iommu_domain *domain = &pt->domain;
	struct iopt_log *log = domain->log;
	const uint8_t *top = (const uint8_t *)(uintptr_t)(pt->top_of_table & ~PT_TOP_LEVEL_MASK);
	uint64_t record = iopt_log_begin(log, IOPT_EVENT_INFO);

	iopt_log_word(log, domain->pgsize_bitmap);
	iopt_log_word(log, domain->aperture_start);
	iopt_log_word(log, domain->aperture_end);
	iopt_log_word(log, IOPT_ARENA_BASE + (uint64_t)(top - domain->arena));
	iopt_log_word(log, pt->top_of_table & PT_TOP_LEVEL_MASK);
	iopt_log_word(log, pt->features);
	iopt_log_word(log, pt->max_vasz_lg2);
	iopt_log_word(log, pt->max_oasz_lg2);
	iopt_log_end(log, record);
}

static void log_gather(struct iommu_domain *domain, uint32_t number,
		       const struct iommu_iotlb_gather *gather)
{
	struct iopt_log *log = domain->log;
	uint64_t record;

	iommu_log_levels(domain, gather);
	record = iopt_log_begin(log, IOPT_EVENT_GATHER);
	iopt_log_word(log, number);
	iopt_log_word(log, gather->start);
	iopt_log_word(log, gather->end);
	iopt_log_word(log, gather->queued);
	iommu_pages_list_log(domain, &gather->freelist);
	iopt_log_end(log, record);
}

static void take_services(struct iommu_domain *domain, const struct iopt_host *host)
{
	domain->services = (struct iommu_services){
		.yield = host->yield,
		.lock = host->lock,
		.unlock = host->unlock,
		.load = host->load,
		.store = host->store,
		.compare_exchange = host->compare_exchange,
	};
}

/* All members but the inline descriptors start out as zero. */
static struct subject *subject_alloc(void)
{
	struct subject *subject = malloc(sizeof(*subject));

	if (!subject)
		return NULL;
	memset(subject, 0, offsetof(struct subject, pt.domain.pages));
	memset((char *)subject + sizeof(struct iommu_domain), 0,
	       sizeof(*subject) - sizeof(struct iommu_domain));
	iommu_pages_init(&subject->pt.domain.pages);
	for (unsigned int i = 0; i < IOPT_GATHER_COUNT; i++)
		iommu_iotlb_gather_init(&subject->gathers[i]);
	return subject;
}

static void subject_close(void *state)
{
	struct subject *subject = state;

	subject_close_dma(subject);
	iommu_pages_destroy(&subject->pt.domain.pages);
	free(subject);
}

static uint32_t subject_open(struct iopt_host *host, const struct iopt_config *config, void **state)
{
	struct subject *subject;
	struct iommu_domain *domain;
	uint32_t status = IOPT_DONE;
	int err;

	if (!subject_knows_host(host) || !subject_knows_config(config))
		return IOPT_REFUSED;
	subject = subject_alloc();
	if (!subject)
		return subject_refuse("out of memory");
	domain = &subject->pt.domain;
	domain->host = host;
	domain->log = host->log;
	domain->arena = host->arena;
	domain->ops = formats[config->format][config->build];
	domain->gather_revision = config->gather;
	domain->policy = iopt_has(config, policy) ? config->policy : IOPT_POLICY_GENERIC;
	domain->behaviours = subject_behaviours(config);
	domain->has_sync_map = iopt_has(config, sync_map) && config->sync_map;
	take_services(domain, host);

	err = domain->ops->init(&subject->pt, config);
	if (err) {
		log_errno(domain, err, 0);
		subject_close(subject);
		return IOPT_FAILED;
	}
	domain->pgsize_bitmap &= config->pgsizes;
	log_info(&subject->pt);
	if (config->has_dma)
		status = subject_open_dma(subject, config);
	if (status != IOPT_DONE)
		subject_close(subject);
	else
		*state = subject;
	return status;
}

/* What a flush queue does in the end with what was put on it. */
static void run_flush(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	bool queued = gather->queued;

	iommu_flush_iotlb_all(domain);
	iommu_put_pages_list(domain, &gather->freelist);
	iommu_iotlb_gather_init(gather);
	gather->queued = queued;
}

/* Operations on a gather; false when it is none, and for numbers that are not known. */
static bool run_on_gather(struct subject *subject, const struct iopt_op *op)
{
	struct iommu_domain *domain = &subject->pt.domain;
	struct iommu_iotlb_gather *gather;

	if (op->gather >= IOPT_GATHER_COUNT)
		return false;
	gather = &subject->gathers[op->gather];
	switch (op->kind) {
	case IOPT_OP_GATHER:
		if (op->flag > 1)
			return false;
		iommu_iotlb_gather_init(gather);
		gather->queued = op->flag;
		break;
	case IOPT_OP_UNMAP_FAST:
		log_ret(domain, iommu_unmap_fast(domain, op->iova, op->len, gather), 0);
		break;
	case IOPT_OP_IOTLB_SYNC:
		iommu_iotlb_sync(domain, gather);
		break;
	case IOPT_OP_FLUSH:
		run_flush(domain, gather);
		break;
	case IOPT_OP_READ_AND_CLEAR_DIRTY:
		if (op->flag > 1)
			return false;
		log_errno(domain,
			  domain->ops->read_and_clear_dirty(&subject->pt, op->iova, op->len,
							    op->flag, gather),
			  0);
		break;
	default:
		return false;
	}
	log_gather(domain, op->gather, gather);
	return true;
}

static uint32_t subject_run(void *state, const struct iopt_op *op)
{
	struct subject *subject = state;
	struct iommu_domain *domain = &subject->pt.domain;
	uint64_t mapped = 0;
	int err;

	if (__builtin_expect(op->size < IOPT_OP_SIZE_1, 0))
		return subject_refuse_op(subject, op);
	switch (op->kind) {
	case IOPT_OP_MAP:
		if (!prot_known(op->prot))
			return subject_refuse_op(subject, op);
		err = iommu_map(domain, op->iova, op->pa, op->len, op->prot);
		log_errno(domain, err, err ? 0 : op->len);
		break;
	case IOPT_OP_MAP_RANGE:
		if (!prot_known(op->prot))
			return subject_refuse_op(subject, op);
		err = domain->ops->map_range(&subject->pt, op->iova, op->pa, op->len, op->prot,
					     &mapped);
		log_errno(domain, err, mapped);
		break;
	case IOPT_OP_UNMAP:
		log_ret(domain, iommu_unmap(domain, op->iova, op->len), 0);
		break;
	case IOPT_OP_IOVA_TO_PHYS:
		log_ret(domain, iommu_iova_to_phys(domain, op->iova), 0);
		break;
	case IOPT_OP_SET_DIRTY:
		log_errno(domain, domain->ops->set_dirty(&subject->pt, op->iova), 0);
		break;
	default:
		if (!subject_run_dma(subject, op) && !run_on_gather(subject, op))
			return subject_refuse_op(subject, op);
	}
	return domain->crashed ? IOPT_CRASHED : IOPT_DONE;
}

static void subject_teardown(void *state)
{
	struct subject *subject = state;
	struct iommu_domain *domain = &subject->pt.domain;

	if (domain->crashed)
		return;
	if (domain->iova_cookie)
		iommu_dma_free_fq(domain);
	domain->ops->deinit(&subject->pt);
}

static const struct iopt_subject reference_subject = {
	.size = sizeof(reference_subject),
	.abi_version = IOPT_ABI_VERSION,
	.name = "reference",
	.version = "C port of generic_pt and dma-iommu of Linux 7.1, 7.2 and 7.3",
	.open = subject_open,
	.run = subject_run,
	.close = subject_close,
	.teardown = subject_teardown,
	.refusal = subject_refusal,
	.capabilities = &subject_capabilities,
};

const struct iopt_subject *iopt_reference_subject(void)
{
	return &reference_subject;
}

/* The name that a plug-in exports: it is one too when built as a shared object. */
const struct iopt_subject *iopt_subject_entry(void);

__attribute__((visibility("default"))) const struct iopt_subject *iopt_subject_entry(void)
{
	return &reference_subject;
}
