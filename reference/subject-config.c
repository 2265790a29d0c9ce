/* SPDX-License-Identifier: GPL-2.0-only */
/* What the port can do, and which configurations it knows nothing of. */
#include "fmt/formats.h"
#include "iova.h"
#include "subject.h"

#include <inttypes.h>

#define BIT(number) (1u << (number))
#define OP(name) (UINT64_C(1) << IOPT_OP_##name)
#define OR_FORMAT(number, name) | BIT(number)

#define FEATURES_KNOWN ((IOPT_FEATURE_RISCV_SVPBMT << 1) - 1)
#define KERNEL(number) BIT(IOPT_KERNEL_##number)

const struct iopt_capabilities subject_capabilities = {
	.size = sizeof(subject_capabilities),
	.stores = 1,
	.formats = 0 PT_FORMATS(OR_FORMAT),
	.features = FEATURES_KNOWN,
	.builds = BIT(IOPT_BUILD_PRODUCTION) | BIT(IOPT_BUILD_DEBUG),
	.gathers = BIT(IOPT_GATHER_MERGED) | BIT(IOPT_GATHER_ORIGINAL) |
		   BIT(IOPT_GATHER_ALWAYS_ADD) | BIT(IOPT_GATHER_PROPOSED),
	.kernels = KERNEL(UNSAID) | KERNEL(7_1) | KERNEL(7_2) | KERNEL(7_3),
	.layers = IOPT_LAYER_PAGE_TABLE | IOPT_LAYER_DMA | IOPT_LAYER_TWO_STEP,
	.options = IOPT_OPTION_PGSIZES | IOPT_OPTION_SME_MASK | IOPT_OPTION_PCI32 |
		   IOPT_OPTION_SYNC_MAP | IOPT_OPTION_MAGAZINE | IOPT_OPTION_FAIL_MAGAZINE |
		   IOPT_OPTION_LIMIT | IOPT_OPTION_ROWS | IOPT_OPTION_POLICY,
	.operations = OP(MAP) | OP(MAP_RANGE) | OP(UNMAP) | OP(GATHER) | OP(UNMAP_FAST) |
		      OP(IOTLB_SYNC) | OP(FLUSH) | OP(IOVA_TO_PHYS) | OP(SET_DIRTY) |
		      OP(READ_AND_CLEAR_DIRTY) | OP(DMA_MAP) | OP(DMA_MAP_SG) | OP(DMA_UNMAP) |
		      OP(RELAX) | OP(TICK) | OP(RESERVE) | OP(DMA_MAP_PHYS) |
		      OP(DMA_MAP_SG_ATTRS) | OP(DMA_UNMAP_PHYS_OR_SG) | OP(DMA_IOVA_ALLOC) |
		      OP(DMA_IOVA_LINK) | OP(DMA_IOVA_SYNC) | OP(DMA_IOVA_UNLINK) |
		      OP(DMA_IOVA_DESTROY) | OP(DMA_IOVA_FREE),
	.prot = IOPT_PROT_PRIV | (IOPT_PROT_PRIV - 1),
	.attrs = IOPT_ATTR_PRIVILEGED | (IOPT_ATTR_PRIVILEGED - 1),
	.queues = BIT(IOPT_QUEUE_PERCPU) | BIT(IOPT_QUEUE_SINGLE),
	.modes = BIT(IOPT_DMA_STRICT) | BIT(IOPT_DMA_FQ),
	.services = IOPT_SERVICE_YIELD | IOPT_SERVICE_LOCK | IOPT_SERVICE_CELL,
	.points = ((UINT64_C(1) << IOPT_POINT_STRICT_SYNC) - 1) << 1,
};

bool subject_knows_host(const struct iopt_host *host)
{
	if (host->size >= IOPT_HOST_SIZE_1)
		return true;
	subject_refuse("iopt_host has %u bytes, version 1 has %d", host->size, IOPT_HOST_SIZE_1);
	return false;
}

/* No more of a row of numbers that starts at 0 than its last. */
static bool is_known(const char *member, uint32_t value, uint32_t last)
{
	if (value <= last)
		return true;
	subject_refuse("%s=%u is not known", member, value);
	return false;
}

static bool format_known(uint32_t format)
{
	if (format < 32 && subject_capabilities.formats & BIT(format))
		return true;
	subject_refuse("format=%u is not known", format);
	return false;
}

/* Needs a configuration whose release is known. */
static bool features_known(const struct iopt_config *config)
{
	uint32_t features = config->features;
	uint32_t later = features & release_features_unknown(subject_behaviours(config));

	if (features & ~FEATURES_KNOWN) {
		subject_refuse("features: 0x%x is not known", features & ~FEATURES_KNOWN);
		return false;
	}
	if (later) {
		subject_refuse("features: %s (0x%x) is not known to Linux 7.1",
			       later & IOPT_FEATURE_DETAILED_GATHER ? "detailed_gather" :
								      "riscv_svpbmt",
			       later);
		return false;
	}
	return true;
}

static bool dma_known(const struct iopt_dma_config *dma)
{
	if (!is_known("queue", dma->queue, IOPT_QUEUE_SINGLE) ||
	    !is_known("mode", dma->mode, IOPT_DMA_FQ) || !is_known("pci32", dma->pci32, 1))
		return false;
	if (dma->cpus < 1 || dma->cpus > 256) {
		subject_refuse("cpus=%u is not from 1 to 256", dma->cpus);
		return false;
	}
	if (dma->ring_size < 2 || dma->ring_size > 65536 ||
	    (dma->ring_size & (dma->ring_size - 1))) {
		subject_refuse("ring_size=%u is no power of two from 2 to 65536", dma->ring_size);
		return false;
	}
	return true;
}

uint32_t subject_behaviours(const struct iopt_config *config)
{
	return release_behaviours(iopt_has(config, kernel) ? config->kernel : IOPT_KERNEL_UNSAID,
				  iopt_has(config, rows) ? config->rows : 0);
}

static bool release_known(const struct iopt_config *config)
{
	if (iopt_has(config, kernel) && !is_known("kernel", config->kernel, IOPT_KERNEL_7_3))
		return false;
	if (!iopt_has(config, rows) || release_rows_known(config->rows))
		return true;
	subject_refuse("rows=0x%" PRIx64 " names a row or a release that is not known",
		       config->rows);
	return false;
}

/* What else version 2 appended. */
static bool version_2_known(const struct iopt_config *config)
{
	if (iopt_has(config, sync_map) && !is_known("sync_map", config->sync_map, 1))
		return false;
	if (iopt_has(config, policy) && !is_known("policy", config->policy, IOPT_POLICY_KEEP))
		return false;
	if (!config->has_dma)
		return true;
	return !iopt_has(config, dma_magazine) ||
	       is_known("dma_magazine", config->dma_magazine, IOVA_MAG_SIZE);
}

bool subject_knows_config(const struct iopt_config *config)
{
	if (config->size < IOPT_CONFIG_SIZE_1) {
		subject_refuse("iopt_config has %u bytes, version 1 has %d", config->size,
			       IOPT_CONFIG_SIZE_1);
		return false;
	}
	return format_known(config->format) &&
	       is_known("build", config->build, IOPT_BUILD_DEBUG) &&
	       is_known("gather", config->gather, IOPT_GATHER_PROPOSED) &&
	       is_known("has_dma", config->has_dma, 1) && release_known(config) &&
	       features_known(config) && version_2_known(config) && (!config->has_dma || dma_known(&config->dma));
}
