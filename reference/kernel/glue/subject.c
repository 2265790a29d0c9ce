/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel tree as a subject: opens domains on its page table, runs operations, reports results. */
#include "domain.h"
#include "refusal.h"
#include "system.h"

#define SHIM_ROW(format)                                        \
	extern const struct shim_format shim_format_##format##_production, \
		shim_format_##format##_debug;
#include <formats.h>
#undef SHIM_ROW

/* What the tree has, by the ABI's number. */
#define NUMBER_riscv_64 IOPT_FORMAT_RISCV_64
#define NUMBER_amdv1 IOPT_FORMAT_AMDV1
#define NUMBER_vtdss IOPT_FORMAT_VTDSS
#define NUMBER_x86_64 IOPT_FORMAT_X86_64

static const struct shim_format *const formats[32][2] = {
#define SHIM_ROW(format) \
	[NUMBER_##format] = { &shim_format_##format##_production, &shim_format_##format##_debug },
#include <formats.h>
#undef SHIM_ROW
};

static const unsigned int formats_known = 0
#define SHIM_ROW(format) | 1u << NUMBER_##format
#include <formats.h>
#undef SHIM_ROW
	;

_Static_assert(IOPT_PROT_READ == IOMMU_READ && IOPT_PROT_WRITE == IOMMU_WRITE &&
		       IOPT_PROT_CACHE == IOMMU_CACHE && IOPT_PROT_NOEXEC == IOMMU_NOEXEC &&
		       IOPT_PROT_MMIO == IOMMU_MMIO && IOPT_PROT_PRIV == IOMMU_PRIV,
	       "the ABI's protection bits are this tree's");

static void enter(struct shim_domain *domain)
{
	shim_current = &domain->context;
	shim_watched = domain->context.watched;
	domain->context.shifted = 0;
	domain->context.past_shift = 0;
	domain->context.locks = 0;
	domain->context.atomic = 0;
}

/* Whoever wants a lock that is held when its operation returns waits for ever. */
static void check_locks(void)
{
	if (likely(!shim_current->locks))
		return;
	shim_note("a lock is held when the operation returns");
	shim_crash();
}

static void subject_close(void *state)
{
	struct shim_domain *domain = state;

	enter(domain);
	shim_free_all(&domain->context);
	if (domain->crashed)
		shim_system_free(domain->context.pages);
	else
		shim_system_free_pages(domain->context.pages,
				       domain->context.slots * sizeof(struct page));
	shim_system_free(domain);
}

static bool host_schedules(const struct iopt_host *host)
{
	return iopt_has(host, fence) && host->lock_at && host->fence;
}

#if TREE_HAS_SVPBMT
#define FEATURES_7_2 (IOPT_FEATURE_DETAILED_GATHER | IOPT_FEATURE_RISCV_SVPBMT)
#elif TREE_HAS_DETAILED_GATHER
#define FEATURES_7_2 IOPT_FEATURE_DETAILED_GATHER
#else
#define FEATURES_7_2 0
#endif
#define FEATURES ((IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES << 1) - 1 | FEATURES_7_2)

/* A driver of this tree asks for levels where one of 7.1, for whom the scenario is, had none. */
static unsigned int added_features(const struct iopt_config *config)
{
	unsigned int kernel = iopt_has(config, kernel) ? config->kernel : IOPT_KERNEL_UNSAID;

	if (!TREE_HAS_DETAILED_GATHER || kernel > IOPT_KERNEL_7_1 ||
	    config->format != IOPT_FORMAT_RISCV_64 || config->build != IOPT_BUILD_PRODUCTION ||
	    config->features & IOPT_FEATURE_DETAILED_GATHER)
		return 0;
	return IOPT_FEATURE_DETAILED_GATHER;
}

static struct shim_domain *domain_alloc(struct iopt_host *host, const struct iopt_config *config)
{
	struct shim_domain *domain = shim_system_alloc(sizeof(*domain));

	if (!domain)
		return NULL;
	domain->context.host = host;
	domain->context.log = host->log;
	domain->context.arena = host->arena;
	domain->context.watched = (host->log->stores ? SHIM_STORES : 0) |
				  (host_schedules(host) ? SHIM_SCHEDULED : 0) |
				  (host->yield ? SHIM_YIELDS : 0);
	domain->context.cpus = config->has_dma ? config->dma.cpus : 1;
	domain->context.sme_mask = config->sme_mask;
	domain->context.pages = shim_system_alloc_pages(IOPT_SLOT_COUNT * sizeof(struct page));
	if (!domain->context.pages) {
		shim_system_free(domain);
		return NULL;
	}
	domain->format = formats[config->format][config->build];
	domain->domain.ops = domain->format->ops;
	domain->iommu.driver_ops = &shim_driver_ops;
	domain->iommu.iommu_device = &domain->device;
	domain->iommu.nid = NUMA_NO_NODE;
	for (unsigned int i = 0; i < IOPT_GATHER_COUNT; i++)
		iommu_iotlb_gather_init(&domain->gathers[i]);
	return domain;
}

struct opening {
	struct shim_domain *domain;
	const struct iopt_config *config;
	int err;
	bool told; /* the INFO record is written */
	bool refused;
};

static void open_guarded(void *argument)
{
	struct opening *opening = argument;
	struct shim_domain *domain = opening->domain;
	const struct iopt_config *config = opening->config;
	unsigned int added = added_features(config);

	opening->err = domain->format->init(domain, config, config->features | added);
	if (opening->err)
		return;
	domain->levels = !added && (config->features & IOPT_FEATURE_DETAILED_GATHER);
	domain->domain.pgsize_bitmap &= config->pgsizes;
	domain->format->log_info(domain, added);
	opening->told = true;
	if (config->has_dma)
		opening->refused = shim_dma_open(domain, &config->dma) != 0;
}

static uint32_t subject_open(struct iopt_host *host, const struct iopt_config *config, void **state)
{
	struct opening opening = { .config = config };
	struct shim_known known = { .formats = formats_known, .features = FEATURES };
	bool whole;

	if (shim_refuses_to_open(host, config, &known))
		return IOPT_REFUSED;
	opening.domain = domain_alloc(host, config);
	if (!opening.domain)
		return shim_refuse("out of memory");
	enter(opening.domain);
	if (iopt_has(config, sync_map) && config->sync_map)
		opening.domain->domain.ops = shim_ops_with_sync_map(opening.domain->format);
	whole = shim_guarded(open_guarded, &opening);
	if (whole && !opening.err && !opening.refused) {
		opening.domain->context.running = 1;
		*state = opening.domain;
		return IOPT_DONE;
	}
	if (whole && opening.err)
		shim_log_ret((u64)(s64)opening.err, 0);
	opening.domain->crashed = !whole;
	subject_close(opening.domain);
	if (!whole)
		return IOPT_CRASHED;
	return opening.err ? IOPT_FAILED : shim_refuse("out of memory");
}

/* As shim_guarded() does it, but here: this is on the way of each operation. */
static uint32_t subject_run(void *state, const struct iopt_op *op)
{
	struct shim_domain *domain = state;
	uint32_t status;
	void *here[5];

	if (unlikely(op->size < IOPT_OP_SIZE_1))
		return shim_refuse_op(op, false);
	enter(domain);
	domain->context.cpu = op->cpu;
	domain->context.jump = here;
	if (unlikely(__builtin_setjmp(here))) {
		domain = (struct shim_domain *)shim_current; /* what was in registers is lost */
		domain->crashed = true;
		return IOPT_CRASHED;
	}
	/* The shortest operation, of which another call would be a good part. */
	if (op->kind == IOPT_OP_IOVA_TO_PHYS) {
		iopt_log2(domain->context.log, IOPT_EVENT_RET,
			  iommu_iova_to_phys(&domain->domain, op->iova), 0);
		return IOPT_DONE;
	}
	/* Nothing jumps to `here` any more when this returns: only code that is guarded crashes. */
	status = shim_run(domain, op);
	if (likely(status == IOPT_DONE)) {
		check_locks();
		return status;
	}
	return shim_refuse_op(op, domain->dma);
}

static void teardown_guarded(void *argument)
{
	struct shim_domain *domain = argument;

	if (domain->dma)
		shim_dma_teardown(domain);
	pt_iommu_deinit(&domain->iommu);
	check_locks();
	shim_tell_leaks();
}

static void subject_teardown(void *state)
{
	struct shim_domain *domain = state;

	if (domain->crashed)
		return;
	enter(domain);
	if (!shim_guarded(teardown_guarded, domain))
		iopt_log0(domain->context.log, IOPT_EVENT_WARN);
}

#define OP(name) (1ul << IOPT_OP_##name)
#define VERSION_1_OPS                                                                            \
	(OP(MAP) | OP(MAP_RANGE) | OP(UNMAP) | OP(GATHER) | OP(UNMAP_FAST) | OP(IOTLB_SYNC) |    \
	 OP(FLUSH) | OP(IOVA_TO_PHYS) | OP(SET_DIRTY) | OP(READ_AND_CLEAR_DIRTY) | OP(DMA_MAP) | \
	 OP(DMA_MAP_SG) | OP(DMA_UNMAP) | OP(RELAX) | OP(TICK) | OP(RESERVE))
#define VERSION_2_OPS                                                                      \
	(OP(DMA_MAP_PHYS) | OP(DMA_MAP_SG_ATTRS) | OP(DMA_UNMAP_PHYS_OR_SG) |              \
	 OP(DMA_IOVA_ALLOC) | OP(DMA_IOVA_LINK) | OP(DMA_IOVA_SYNC) | OP(DMA_IOVA_UNLINK) | \
	 OP(DMA_IOVA_DESTROY) | OP(DMA_IOVA_FREE))

static const struct iopt_capabilities capabilities = {
	.size = sizeof(capabilities),
	.stores = 1,
	.formats = 0
#define SHIM_ROW(format) | BIT(NUMBER_##format)
#include <formats.h>
#undef SHIM_ROW
	,
	.features = FEATURES,
	.builds = BIT(IOPT_BUILD_PRODUCTION) | BIT(IOPT_BUILD_DEBUG),
	.gathers = BIT(IOPT_GATHER_MERGED),
	/* Its own, or the nearest: a scenario that names another is run all the same, as what the tree is. */
	.kernels = BIT(IOPT_KERNEL_UNSAID) | TREE_KERNEL,
	.layers = IOPT_LAYER_PAGE_TABLE | IOPT_LAYER_DMA | IOPT_LAYER_TWO_STEP,
	.options = IOPT_OPTION_PGSIZES | IOPT_OPTION_SME_MASK | IOPT_OPTION_PCI32 |
		   IOPT_OPTION_SYNC_MAP | IOPT_OPTION_LIMIT,
	.operations = VERSION_1_OPS | VERSION_2_OPS,
	.prot = IOPT_PROT_PRIV | (IOPT_PROT_PRIV - 1),
	.attrs = IOPT_ATTR_MMIO | IOPT_ATTR_REQUIRE_COHERENT | IOPT_ATTR_PRIVILEGED,
	.queues = BIT(IOPT_QUEUE_PERCPU) | BIT(IOPT_QUEUE_SINGLE),
	.modes = BIT(IOPT_DMA_STRICT) | BIT(IOPT_DMA_FQ),
	.services = IOPT_SERVICE_YIELD | IOPT_SERVICE_AT | IOPT_SERVICE_NOTE,
	.points = (BIT(IOPT_POINT_STRICT_SYNC) << 1) - BIT(IOPT_POINT_FQ_DOMAIN_READ),
};

static const struct iopt_subject kernel_subject = {
	.size = sizeof(kernel_subject),
	.abi_version = IOPT_ABI_VERSION,
	.name = "kernel",
	.version = TREE_VERSION,
	.open = subject_open,
	.run = subject_run,
	.close = subject_close,
	.teardown = subject_teardown,
	.refusal = shim_refusal,
	.capabilities = &capabilities,
};

/*
 * What tells a kernel tree's code from another plug-in, under whatever name it is loaded: it runs what
 * is meant for other releases, as what it is. The text says so where it is no release that has a number.
 */
extern const char iopt_kernel_tree[];
__attribute__((visibility("default"))) const char iopt_kernel_tree[] = TREE_JUDGED_AS;

const struct iopt_subject *iopt_subject_entry(void);

__attribute__((visibility("default"))) const struct iopt_subject *iopt_subject_entry(void)
{
	return &kernel_subject;
}
