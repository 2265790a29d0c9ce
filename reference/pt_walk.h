/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking all entries of a range, apart from what is done with them.
 * Compiled for each build, see iommu_pt.h.
 */

/* Called for an entry that is not empty; what is not 0 ends the walk. */
typedef int (*pt_visit_fn_t)(struct pt_state *st, void *arg);

/*
 * Visits what the range has in one table, by address, and each lower table
 * before what it holds, which is left to `below`: the walker that calls this.
 * Inlined, so that a walker and what it does at an entry are one function.
 */
static inline __attribute__((always_inline)) int
pt_visit_entries(struct pt_range *range, void *arg, unsigned int level, uint64_t *table,
		 pt_visit_fn_t visit, pt_level_fn_t below)
{
	struct pt_state st;
	int stop = 0;

	pt_enter_table(&st, range, level, table);
	for (; !stop && _pt_iter_load(&st); pt_next_entry(&st)) {
		if (st.type != PT_ENTRY_EMPTY)
			stop = visit(&st, arg);
		if (st.type == PT_ENTRY_TABLE && !stop)
			stop = pt_descend(&st, arg, below);
	}
	return stop;
}
