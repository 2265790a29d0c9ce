/* SPDX-License-Identifier: GPL-2.0-only */
/* The range of a request, and the entry at one address. */

/* The range of a request, checked for its arithmetic only. */
static inline int make_range_no_check(struct pt_iommu *pt, struct pt_range *range, uint64_t iova,
				      uint64_t len)
{
	if (!len)
		return -EINVAL;
	if (iova + (len - 1) < iova)
		return -EOVERFLOW;
	*range = pt_make_range(pt, iova, iova + (len - 1));
	return 0;
}

static inline int make_range(struct pt_iommu *pt, struct pt_range *range, uint64_t iova,
			     uint64_t len)
{
	int err = make_range_no_check(pt, range, iova, len);

	return err ? err : pt_check_range(range);
}

/* Walks down to the one entry that the range begins in; st says where it is. */
static inline int walk_to_entry(struct pt_range *range, struct pt_state *st)
{
	*st = pt_init_top(range);
	while (pt_load_single_entry(st) == PT_ENTRY_TABLE) {
		if (PT_WARN_ON(st, !st->table_lower))
			return -EINVAL;
		st->table = st->table_lower;
		st->level--;
	}
	return st->type == PT_ENTRY_OA ? 0 : -ENOENT;
}

/* An address outside the table is nowhere; at first it gave the errno, cast to an address. */
static uint64_t NS(iova_to_phys)(struct pt_iommu *pt, uint64_t iova)
{
	struct pt_range range;
	struct pt_state st;
	int err = make_range(pt, &range, iova, 1);

	if (err)
		return iommu_behaves(&pt->domain, LOOKUP_OUTSIDE_IS_NOTHING) ?
			       0 :
			       (uint64_t)(int64_t)err;
	return walk_to_entry(&range, &st) ? 0 : pt_entry_oa_exact(&st);
}
