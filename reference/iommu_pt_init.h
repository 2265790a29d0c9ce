/* SPDX-License-Identifier: GPL-2.0-only */
/* What a domain's arguments come to; the rest of iommu_pt.h. */
#ifndef LOCKSTEP_IOMMU_PT_INIT_H
#define LOCKSTEP_IOMMU_PT_INIT_H

/* Page sizes of every level that the table has or can grow to, within the OA's width. */
static inline uint64_t NS(get_info)(struct pt_iommu *pt)
{
	bool grows = pt_feature(pt, IOPT_FEATURE_DYNAMIC_TOP);
	struct pt_range range = pt_top_range(pt);
	struct pt_state st = pt_init_top(&range);
	unsigned int highest = grows ? (unsigned int)PT_MAX_TOP_LEVEL : range.top_level;
	uint64_t pgsizes = 0;

	for (st.level = 0; st.level <= highest; st.level++) {
		if (grows && pt_table_item_lg2sz(&st) >= pt->max_vasz_lg2)
			break;
		pgsizes |= pt_possible_sizes(&st);
	}
	return log2_mod(pgsizes, pt->max_oasz_lg2);
}

/* Features against each other, the build and the size of the top. */
static inline int pt_init_common(struct pt_iommu *pt)
{
	struct pt_range top = pt_top_range(pt);
	struct pt_state st = pt_init_top(&top);

	if (pt_warn_on(pt, top.top_level > PT_MAX_TOP_LEVEL))
		return -EINVAL;
	/* A top that cannot or need not grow. */
	if (top.top_level == PT_MAX_TOP_LEVEL || pt->max_vasz_lg2 == top.max_vasz_lg2)
		pt->features &= ~(uint32_t)IOPT_FEATURE_DYNAMIC_TOP;
	if (top.max_vasz_lg2 == 64)
		pt->features |= IOPT_FEATURE_FULL_VA;

	if (pt->features & ~PT_SUPPORTED_FEATURES)
		return -EOPNOTSUPP;
	if (!PT_DEBUG && (~pt->features & PT_FORCE_ENABLED_FEATURES))
		return -EOPNOTSUPP;
	if (!pt_feature(pt, IOPT_FEATURE_DYNAMIC_TOP) && top.top_level != PT_MAX_TOP_LEVEL &&
	    pt->max_vasz_lg2 > pt_num_items_lg2(&st) + pt_table_item_lg2sz(&st))
		return -EOPNOTSUPP;
	if (!pt->max_oasz_lg2 || pt->max_oasz_lg2 > PT_MAX_OUTPUT_ADDRESS_LG2)
		pt->max_oasz_lg2 = PT_MAX_OUTPUT_ADDRESS_LG2;
	return 0;
}

static inline void pt_iommu_init_domain(struct pt_iommu *pt)
{
	struct pt_range range;

	pt->domain.pgsize_bitmap = NS(get_info)(pt);
	range = pt_feature(pt, IOPT_FEATURE_DYNAMIC_TOP) ?
			_pt_top_range(pt, _pt_top_set(NULL, PT_MAX_TOP_LEVEL)) :
			pt_top_range(pt);
	pt->domain.aperture_start = range.va;
	pt->domain.aperture_end = range.last_va;
}

static int NS(init)(struct pt_iommu *pt, const struct iopt_config *config)
{
	uint64_t pa;
	int err;

	if (!config->va_lg2 || config->va_lg2 > PT_MAX_VA_ADDRESS_LG2 || !config->oa_lg2)
		return -EINVAL;
	pt->features = config->features;
	pt->max_vasz_lg2 = config->va_lg2;
	pt->max_oasz_lg2 = config->oa_lg2;
	pt->sme_mask = config->sme_mask;
	err = pt_iommu_fmt_init(pt, config);
	if (err)
		return err;
	if (config->oa_lg2 > PT_MAX_OUTPUT_ADDRESS_LG2)
		return -EINVAL;
	err = pt_init_common(pt);
	if (err)
		return err;
	if (pt_feature(pt, IOPT_FEATURE_SIGN_EXTEND) &&
	    (pt_feature(pt, IOPT_FEATURE_FULL_VA) || pt_feature(pt, IOPT_FEATURE_DYNAMIC_TOP)))
		return -EINVAL;

	pt_iommu_init_domain(pt);
	pa = table_alloc_top(pt, pt->top_of_table, false);
	if (!pa)
		return -ENOMEM;
	pt->top_of_table = _pt_top_set(pt_phys_to_virt(pt, pa), pt_top_get_level(pt));
	return 0;
}

#endif
