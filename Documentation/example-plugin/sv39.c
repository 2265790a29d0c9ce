/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small subject: RISC-V Sv39, 4 KiB pages, one page per map, and lookups. It
 * refuses everything else. Build it at the top of the repository with
 *
 *   cc -std=c11 -O2 -Wall -fPIC -shared -fvisibility=hidden \
 *      -Ireference/abi -o sv39.so Documentation/example-plugin/sv39.c
 *
 * and run it against the C port:
 *
 *   iopt diff Documentation/example-plugin/one-page.iopt \
 *      --left reference --right ./sv39.so
 */
#include <stdlib.h>

#include "iopt_subject.h"

#define FEATURES                                                       \
	(IOPT_FEATURE_SIGN_EXTEND | IOPT_FEATURE_FLUSH_RANGE |         \
	 IOPT_FEATURE_RISCV_SVNAPOT_64K)

/* RISC-V privileged specification, Sv39 page-table entry. */
#define PTE_V UINT64_C(0x1)
#define PTE_R UINT64_C(0x2)
#define PTE_W UINT64_C(0x4)
#define PTE_X UINT64_C(0x8)
#define PTE_AU UINT64_C(0x50) /* accessed, user */
#define PTE_D UINT64_C(0x80)
#define ERRNO_ENOMEM 12
#define ERRNO_EADDRINUSE 98

struct domain {
	struct iopt_host *host;
	uint64_t top;
};

static _Thread_local const char *why;

static uint32_t refuse(const char *reason)
{
	why = reason;
	return IOPT_REFUSED;
}

static const char *sv39_refusal(void)
{
	return why;
}

static void put(struct domain *d, uint64_t pa, uint64_t word)
{
	*iopt_table_at(d->host, pa) = word;
	iopt_log_store(d->host->log, pa, 1, word, 0);
}

static uint64_t word_at(uint64_t table, uint64_t iova, unsigned int level)
{
	return table + (iova >> (12 + 9 * level) & 511) * 8;
}

/* The word for iova at level 0, or 0; makes the tables on the way if told to. */
static uint64_t find(struct domain *d, uint64_t iova, int make)
{
	uint64_t table = d->top;

	for (unsigned int level = 2; level > 0; level--) {
		uint64_t pa = word_at(table, iova, level);
		uint64_t word = *iopt_table_at(d->host, pa);

		if (!word) {
			if (!make)
				return 0;
			table = d->host->alloc_table(d->host, IOPT_SLOT_SIZE);
			if (!table)
				return 0;
			put(d, pa, table >> 12 << 10 | PTE_V);
		} else {
			table = word >> 10 << 12;
		}
	}
	return word_at(table, iova, 0);
}

static void map(struct domain *d, const struct iopt_op *op)
{
	uint64_t pte = PTE_V | PTE_R | PTE_AU | op->pa >> 12 << 10;
	uint64_t error = 0;
	uint64_t pa = find(d, op->iova, 1);

	if (op->prot & IOPT_PROT_WRITE)
		pte |= PTE_W | PTE_D;
	if (!(op->prot & IOPT_PROT_NOEXEC))
		pte |= PTE_X;
	if (!pa)
		error = ERRNO_ENOMEM;
	else if (*iopt_table_at(d->host, pa))
		error = ERRNO_EADDRINUSE;
	else
		put(d, pa, pte);
	iopt_log2(d->host->log, IOPT_EVENT_RET, -error, error ? 0 : IOPT_SLOT_SIZE);
}

static void lookup(struct domain *d, uint64_t iova)
{
	uint64_t pa = find(d, iova, 0);
	uint64_t word = pa ? *iopt_table_at(d->host, pa) : 0;

	iopt_log2(d->host->log, IOPT_EVENT_RET,
		  word ? (word >> 10 << 12 | (iova & 0xfff)) : 0, 0);
}

static uint32_t sv39_run(void *state, const struct iopt_op *op)
{
	struct domain *d = state;

	if (op->iova >> 38)
		return refuse("IOVAs below 2^38 only");
	switch (op->kind) {
	case IOPT_OP_MAP:
		if (op->len != IOPT_SLOT_SIZE || (op->iova | op->pa) & 0xfff ||
		    op->pa >> 56 || !(op->prot & IOPT_PROT_READ))
			return refuse("maps one aligned, readable page at a time");
		map(d, op);
		return IOPT_DONE;
	case IOPT_OP_IOVA_TO_PHYS:
		lookup(d, op->iova);
		return IOPT_DONE;
	default:
		return refuse("knows map and iova_to_phys only");
	}
}

static uint32_t sv39_open(struct iopt_host *host, const struct iopt_config *config,
			  void **state)
{
	static const uint64_t page_sizes = 0x40211000;
	struct domain *d;
	uint64_t begun;

	if (config->format != IOPT_FORMAT_RISCV_64 || config->va_lg2 != 39 ||
	    config->oa_lg2 != 56 || config->features != FEATURES || config->has_dma ||
	    config->pgsizes != UINT64_MAX)
		return refuse("knows Sv39 with its usual features only");
	if (iopt_has(config, kernel) && config->kernel > IOPT_KERNEL_7_1)
		return refuse("knows what Linux 7.1 does only");
	if (iopt_has(config, sync_map) && config->sync_map)
		return refuse("knows no iotlb_sync_map");
	d = malloc(sizeof(*d));
	if (!d)
		return refuse("out of memory");
	d->host = host;
	d->top = host->alloc_table(host, IOPT_SLOT_SIZE);
	begun = iopt_log_begin(host->log, IOPT_EVENT_INFO);
	iopt_log_word(host->log, page_sizes);
	iopt_log_word(host->log, 0);
	iopt_log_word(host->log, (UINT64_C(1) << 38) - 1);
	iopt_log_word(host->log, d->top);
	iopt_log_word(host->log, 2);
	iopt_log_word(host->log, FEATURES);
	iopt_log_word(host->log, 39);
	iopt_log_word(host->log, 56);
	iopt_log_end(host->log, begun);
	*state = d;
	return IOPT_DONE;
}

/* So that nobody makes scenarios for it that it can only refuse. */
static const struct iopt_capabilities capabilities = {
	.size = sizeof(capabilities),
	.stores = 1,
	.formats = 1 << IOPT_FORMAT_RISCV_64,
	.features = FEATURES,
	.features_required = FEATURES,
	.builds = 1 << IOPT_BUILD_PRODUCTION,
	.gathers = 1 << IOPT_GATHER_MERGED,
	.kernels = 1 << IOPT_KERNEL_UNSAID | 1 << IOPT_KERNEL_7_1,
	.layers = IOPT_LAYER_PAGE_TABLE,
	.operations = UINT64_C(1) << IOPT_OP_MAP | UINT64_C(1) << IOPT_OP_IOVA_TO_PHYS,
	.prot = IOPT_PROT_READ | IOPT_PROT_WRITE | IOPT_PROT_CACHE | IOPT_PROT_NOEXEC,
	.va_min = 39,
	.va_max = 39,
	.oa_min = 56,
	.oa_max = 56,
};

static const struct iopt_subject subject = {
	.size = sizeof(subject),
	.abi_version = IOPT_ABI_VERSION,
	.name = "sv39",
	.version = "example",
	.open = sv39_open,
	.run = sv39_run,
	.close = free,
	.refusal = sv39_refusal,
	.capabilities = &capabilities,
};

__attribute__((visibility("default"))) const struct iopt_subject *iopt_subject_entry(void)
{
	return &subject;
}
