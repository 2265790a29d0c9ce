/* SPDX-License-Identifier: GPL-2.0-only */
/* What a domain's arguments come to, its top table, and the end of all tables. */

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
	if (iommu_behaves(&pt->domain, HALF_THE_SPACE_IS_NO_PAGE))
		pgsizes = log2_mod(pgsizes, pt->max_vasz_lg2 - 1);
	return log2_mod(pgsizes, pt->max_oasz_lg2);
}

/* Features that the arguments do not ask for but decide. */
static inline void settle_features(struct pt_iommu *pt, const struct pt_range *top)
{
	bool top_is_final = top->top_level == PT_MAX_TOP_LEVEL ||
			    top->max_vasz_lg2 == pt->max_vasz_lg2;

	if (top_is_final && !iommu_behaves(&pt->domain, DYNAMIC_TOP_STAYS))
		pt->features &= ~(uint32_t)IOPT_FEATURE_DYNAMIC_TOP;
	if (top->max_vasz_lg2 == 64)
		pt->features |= IOPT_FEATURE_FULL_VA;
}

/*
 * Only the debug build does without what the format always has, and without the
 * levels of gathers, which a format whose driver reads them has to have.
 */
static inline bool features_fit(const struct pt_iommu *pt)
{
	uint32_t levels = iommu_behaves(&pt->domain, GATHERS_HAVE_LEVELS) ?
				  PT_WIRED_FEATURES & IOPT_FEATURE_DETAILED_GATHER :
				  0;
	uint32_t required = PT_DEBUG ? 0 : PT_FORCE_ENABLED_FEATURES | levels;

	return !(pt->features & ~pt_supported_features()) && !(required & ~pt->features);
}

/* Does a top that cannot grow, and is not the largest, decode the whole space? */
static inline bool top_is_wide_enough(const struct pt_iommu *pt, struct pt_range *top)
{
	struct pt_state st = pt_init_top(top);

	return pt_feature(pt, IOPT_FEATURE_DYNAMIC_TOP) || top->top_level == PT_MAX_TOP_LEVEL ||
	       pt_num_items_lg2(&st) + pt_table_item_lg2sz(&st) >= pt->max_vasz_lg2;
}

/* The format has set the top's level. */
static inline int pt_init_common(struct pt_iommu *pt)
{
	struct pt_range top = pt_top_range(pt);

	if (pt_warn_on(pt, top.top_level > PT_MAX_TOP_LEVEL))
		return -EINVAL;
	settle_features(pt, &top);
	return features_fit(pt) && top_is_wide_enough(pt, &top) ? 0 : -EOPNOTSUPP;
}

static inline void pt_iommu_init_domain(struct pt_iommu *pt)
{
	struct pt_range range;

	pt->domain.logs_levels = pt->features & IOPT_FEATURE_DETAILED_GATHER;
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

static void NS(deinit)(struct pt_iommu *pt)
{
	struct pt_range range = pt_all_range(pt);
	struct collect_args collect = { .check_mapped = false };
	struct iommu_pages_list *freelist = &collect.pending.freelist;

	iommu_pages_list_add(&pt->domain, freelist, pt_virt_to_phys(pt, range.top_table));
	pt_walk_range(&range, __collect_tables, &collect);
	if (pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT))
		iommu_pages_stop_incoherent_list(&pt->domain, freelist);
	iommu_put_pages_list(&pt->domain, freelist);
	iommu_put_pages_list(&pt->domain, &pt->domain.kept);
}
