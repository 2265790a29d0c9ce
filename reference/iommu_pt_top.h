/* SPDX-License-Identifier: GPL-2.0-only */
/* A top that grows until a map fits. */

/*
 * Stacks one more table on `top`, which is linked at its first item. *top is
 * the new one, which is also on the list.
 */
static int stack_top(struct pt_iommu *pt, const struct map_args *map, uint64_t *top,
		     struct iommu_pages_list *list)
{
	struct pt_range range = _pt_top_range(pt, *top);
	struct pt_state st = pt_init_top(&range);
	uint64_t lower = pt_virt_to_phys(pt, st.table);
	uint64_t pa;

	st.level++;
	if (st.level > PT_MAX_TOP_LEVEL || pt_table_item_lg2sz(&st) >= pt->max_vasz_lg2)
		return -ERANGE;
	pa = table_alloc_top(pt, _pt_top_set(NULL, st.level), true);
	if (!pa)
		return -ENOMEM;
	iommu_pages_list_add(&pt->domain, list, pa);
	range.va = 0;
	range.top_level = st.level;
	st.table = pt_phys_to_virt(pt, pa);
	pt_load_single_entry(&st);
	PT_WARN_ON(&st, st.index);
	pt_install_table(&st, lower, &map->attrs);
	*top = _pt_top_set(st.table, st.level);
	return 0;
}

/* Does the table below `top` take the range and its leaves? */
static inline bool top_suffices(struct pt_iommu *pt, const struct pt_range *wanted,
				const struct map_args *map, uint64_t top)
{
	struct pt_range range = _pt_top_range(pt, top);

	range.va = wanted->va;
	range.last_va = wanted->last_va;
	return !pt_check_range(&range) && map->leaf_level <= range.top_level;
}

/* Puts the new top in force; -EAGAIN when somebody else was faster. */
static int publish_top(struct pt_iommu *pt, uint64_t old_top, uint64_t new_top)
{
	struct iommu_domain *domain = &pt->domain;
	const uint64_t *table = (const uint64_t *)(uintptr_t)(new_top & ~PT_TOP_LEVEL_MASK);
	bool changed;

	iommu_yield(domain, IOPT_POINT_TOP_CHANGE);
	iommu_lock(domain, IOPT_LOCK_TOP, 0);
	changed = pt->top_of_table != old_top;
	if (!changed) {
		iopt_log2(domain->log, IOPT_EVENT_TOP, pt_virt_to_phys(pt, table),
			  new_top & PT_TOP_LEVEL_MASK);
		pt->top_of_table = new_top;
	}
	iommu_unlock(domain, IOPT_LOCK_TOP, 0);
	return changed ? -EAGAIN : 0;
}

/* Stacks tables on a top that does not suffice until one does; all or none stay. */
static int replace_top(const struct pt_range *wanted, const struct map_args *map, uint64_t old_top)
{
	struct pt_iommu *pt = wanted->pt;
	struct iommu_pages_list list = { 0 };
	uint64_t new_top = old_top;
	int err;

	do {
		err = stack_top(pt, map, &new_top, &list);
	} while (!err && !top_suffices(pt, wanted, map, new_top));
	/* All links are written: hand the tables over in one go. */
	if (!err && pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT))
		err = iommu_pages_start_incoherent_list(&pt->domain, &list);
	if (!err)
		err = publish_top(pt, old_top, new_top);
	if (!err)
		return 0;
	if (pt_feature(pt, IOPT_FEATURE_DMA_INCOHERENT))
		iommu_pages_stop_incoherent_list(&pt->domain, &list);
	iommu_put_pages_list(&pt->domain, &list);
	return err;
}

/* Sees to it that the top, whoever has grown it, takes the range and its leaves. */
static int increase_top(const struct pt_range *wanted, const struct map_args *map)
{
	struct pt_iommu *pt = wanted->pt;
	int err = 0;

	do {
		uint64_t top = pt->top_of_table;

		err = top_suffices(pt, wanted, map, top) ? 0 : replace_top(wanted, map, top);
	} while (err == -EAGAIN);
	return err;
}

/*
 * -ERANGE for a range that is not inside the table, which grows as far as it
 * may; the range is then from the new top.
 */
static inline int check_map_range(struct pt_range *range, const struct map_args *map)
{
	struct pt_iommu *pt = range->pt;
	int err = pt_check_range(range);

	if (!pt_feature(pt, IOPT_FEATURE_DYNAMIC_TOP))
		return err;
	if (err || map->leaf_level > range->top_level) {
		err = increase_top(range, map);
		if (!err)
			*range = pt_make_range(pt, range->va, range->last_va);
	}
	pt_warn_on(pt, !err && pt_check_range(range));
	return err;
}
