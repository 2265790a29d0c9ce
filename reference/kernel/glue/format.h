/* SPDX-License-Identifier: GPL-2.0-only */
/* Behind a format of the tree, in one file with it: its insides under names that do not change. */
#include "domain.h"

#define SHIM_PASTE_3(a, b, c) a##b##c
#define SHIM_PASTE(a, b, c) SHIM_PASTE_3(a, b, c)
#define SHIM_PASTE_4(a, b, c, d) a##b##c##d
#define SHIM_ROW(format, build) SHIM_PASTE_4(shim_format_, format, _, build)
#define SHIM_ROW_NAME(format, build) SHIM_ROW(format, build)
#define SHIM_CFG SHIM_PASTE(pt_iommu_, SHIM_FORMAT, _cfg)
#define SHIM_TABLE(domain) (&(domain)->SHIM_FORMAT)

struct shim_feature {
	unsigned int abi; /* enum iopt_feature */
	unsigned int kernel; /* PT_FEAT_*, a number */
};

/* Numbers from PT_FEAT_FMT_START on mean something else in each format. */
static const struct shim_feature shim_features[] = {
	{ IOPT_FEATURE_DMA_INCOHERENT, PT_FEAT_DMA_INCOHERENT },
	{ IOPT_FEATURE_FULL_VA, PT_FEAT_FULL_VA },
	{ IOPT_FEATURE_DYNAMIC_TOP, PT_FEAT_DYNAMIC_TOP },
	{ IOPT_FEATURE_SIGN_EXTEND, PT_FEAT_SIGN_EXTEND },
	{ IOPT_FEATURE_FLUSH_RANGE, PT_FEAT_FLUSH_RANGE },
	{ IOPT_FEATURE_FLUSH_RANGE_NO_GAPS, PT_FEAT_FLUSH_RANGE_NO_GAPS },
#if TREE_HAS_DETAILED_GATHER
	{ IOPT_FEATURE_DETAILED_GATHER, PT_FEAT_DETAILED_GATHER },
#endif
#ifdef SHIM_FORMAT_riscv_64
	{ IOPT_FEATURE_RISCV_SVNAPOT_64K, PT_FEAT_RISCV_SVNAPOT_64K },
#if TREE_HAS_SVPBMT
	{ IOPT_FEATURE_RISCV_SVPBMT, PT_FEAT_RISCV_SVPBMT },
#endif
#endif
#ifdef SHIM_FORMAT_amdv1
	{ IOPT_FEATURE_AMDV1_ENCRYPT_TABLES, PT_FEAT_AMDV1_ENCRYPT_TABLES },
	{ IOPT_FEATURE_AMDV1_FORCE_COHERENCE, PT_FEAT_AMDV1_FORCE_COHERENCE },
#endif
#ifdef SHIM_FORMAT_vtdss
	{ IOPT_FEATURE_VTDSS_FORCE_COHERENCE, PT_FEAT_VTDSS_FORCE_COHERENCE },
	{ IOPT_FEATURE_VTDSS_FORCE_WRITEABLE, PT_FEAT_VTDSS_FORCE_WRITEABLE },
#endif
#ifdef SHIM_FORMAT_x86_64
	{ IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES, PT_FEAT_X86_64_AMD_ENCRYPT_TABLES },
#endif
};

static int shim_init(struct shim_domain *domain, const struct iopt_config *config,
		     unsigned int features)
{
	struct SHIM_CFG cfg = {
		.common.hw_max_vasz_lg2 = config->va_lg2,
		.common.hw_max_oasz_lg2 = config->oa_lg2,
#if defined(SHIM_FORMAT_amdv1)
		.starting_level = config->top,
#elif !defined(SHIM_FORMAT_riscv_64)
		.top_level = config->top,
#endif
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(shim_features); i++)
		if (features & shim_features[i].abi)
			cfg.common.features |= BIT(shim_features[i].kernel);
	return pt_iommu_init(SHIM_TABLE(domain), &cfg, GFP_KERNEL);
}

static void shim_log_info(struct shim_domain *domain, unsigned int hidden)
{
	struct iopt_log *log = domain->context.log;
	struct pt_common *common = common_from_iommu(&domain->iommu);
	struct pt_range top = pt_top_range(common);
	unsigned int features = 0;
	uint64_t record;

	for (unsigned int i = 0; i < ARRAY_SIZE(shim_features); i++)
		if (common->features & BIT(shim_features[i].kernel))
			features |= shim_features[i].abi;
	record = iopt_log_begin(log, IOPT_EVENT_INFO);
	iopt_log_word(log, domain->domain.pgsize_bitmap);
	iopt_log_word(log, domain->domain.geometry.aperture_start);
	iopt_log_word(log, domain->domain.geometry.aperture_end);
	iopt_log_word(log, virt_to_phys(top.top_table));
	iopt_log_word(log, top.top_level);
	iopt_log_word(log, features & ~hidden);
	iopt_log_word(log, common->max_vasz_lg2);
	iopt_log_word(log, common->max_oasz_lg2);
	iopt_log_end(log, record);
}

static const struct iommu_domain_ops shim_ops = {
	.iova_to_phys = SHIM_PASTE(pt_iommu_, SHIM_FORMAT, _iova_to_phys),
	.iotlb_sync = shim_iotlb_sync,
	.flush_iotlb_all = shim_flush_iotlb_all,
};

const struct shim_format SHIM_ROW_NAME(SHIM_FORMAT, SHIM_BUILD) = {
	.ops = &shim_ops,
	.init = shim_init,
	.read_and_clear_dirty = SHIM_PASTE(pt_iommu_, SHIM_FORMAT, _read_and_clear_dirty),
	.log_info = shim_log_info,
};
