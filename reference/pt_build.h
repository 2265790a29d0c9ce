/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the builds of a format differ: the debug build, PT_DEBUG, takes more
 * features and looks at expectations. Compiled for each build, see iommu_pt.h.
 */
#if PT_DEBUG
#define PT_FEATURES_ALL_FORMATS                                                        \
	(IOPT_FEATURE_DMA_INCOHERENT | IOPT_FEATURE_FULL_VA | IOPT_FEATURE_DYNAMIC_TOP | \
	 IOPT_FEATURE_SIGN_EXTEND | IOPT_FEATURE_FLUSH_RANGE |                           \
	 IOPT_FEATURE_FLUSH_RANGE_NO_GAPS | IOPT_FEATURE_DETAILED_GATHER)
/* Incoherence needs a software bit, and sign extension rules out two others. */
#define PT_IMPOSSIBLE_FEATURES                                                         \
	((PT_WIRED_FEATURES & IOPT_FEATURE_DMA_INCOHERENT ?                            \
		  0u :                                                                 \
		  (unsigned int)IOPT_FEATURE_DMA_INCOHERENT) |                         \
	 (PT_WIRED_FEATURES & IOPT_FEATURE_SIGN_EXTEND ?                               \
		  (unsigned int)(IOPT_FEATURE_DYNAMIC_TOP | IOPT_FEATURE_FULL_VA) :    \
		  (unsigned int)IOPT_FEATURE_SIGN_EXTEND))
#endif

/* What this build takes; the rest is not even compiled. */
static inline unsigned int pt_supported_features(void)
{
#if PT_DEBUG
	return (PT_FEATURES_ALL_FORMATS | PT_FORMAT_FEATURES) & ~PT_IMPOSSIBLE_FEATURES;
#else
	return PT_WIRED_FEATURES;
#endif
}

/* Is a feature (one enum iopt_feature bit) in force? */
static inline bool pt_feature(const struct pt_iommu *pt, uint32_t feature)
{
	return pt_enabled(pt, feature & (pt_supported_features() | PT_FORCE_ENABLED_FEATURES));
}

static inline bool pts_feature(const struct pt_state *st, uint32_t feature)
{
	return pt_feature(st->range->pt, feature);
}

/* Only the debug build looks at expectations; says whether one was violated. */
static inline bool pt_warn_on(struct pt_iommu *pt, bool violated)
{
	if (!PT_DEBUG || __builtin_expect(!violated, 1))
		return false;
	iommu_warn(&pt->domain);
	return true;
}

#define PT_WARN_ON(st, violated) pt_warn_on((st)->range->pt, PT_DEBUG && (violated))

/* As far as the table goes: an entry that is misread can claim more. */
static inline void pt_clear_entries(struct pt_state *st, unsigned int num_contig_lg2)
{
	unsigned int left = (1u << PT_TABLE_ITEMS_LG2) - st->index;
	unsigned int items = 1u << num_contig_lg2;

	if (!PT_MANY_CONTIG_SIZES)
		PT_WARN_ON(st, log2_mod(st->index, num_contig_lg2));
	pt_write_items(st, st->index, items < left ? items : left, 0);
}

/* Are address, size and index of a new leaf in line? */
static inline bool pt_check_install_leaf_args(const struct pt_state *st, uint64_t oa,
					      unsigned int oasz_lg2)
{
	unsigned int item_lg2 = pt_table_item_lg2sz(st);
	bool odd_size;

	if (!PT_DEBUG)
		return true;
	if (PT_MANY_CONTIG_SIZES)
		odd_size = oasz_lg2 < item_lg2 || oasz_lg2 > item_lg2 + pt_num_items_lg2(st);
	else
		odd_size = oasz_lg2 != item_lg2 && oasz_lg2 != item_lg2 + pt_contig_count_lg2(st);
	return !PT_WARN_ON(st, log2_mod(oa, oasz_lg2)) && !PT_WARN_ON(st, odd_size) &&
	       !PT_WARN_ON(st, log2_mod(st->index, oasz_lg2 - item_lg2));
}
