/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declared again: ranges that do not overlap, each with an entry, as test cases
 * keep them. A list in ascending order stands for the kernel's tree.
 */
#ifndef SHIM_MAPLE_TREE_H
#define SHIM_MAPLE_TREE_H

struct shim_range {
	struct shim_range *next;
	unsigned long first;
	unsigned long last; /* inclusive */
	void *entry;
};

struct maple_tree {
	struct shim_range *ranges;
};

/* A place in it: `index` and `last` are those of the range that was found. */
struct ma_state {
	struct maple_tree *tree;
	unsigned long index;
	unsigned long last;
	bool begun; /* something was found; the next find is for what is behind `last` */
};

#define MAPLE_RESERVED_RANGE 4096
#ifndef XA_ZERO_ENTRY
#define XA_ZERO_ENTRY ((void *)1030ul)
#endif
#define MTREE_INIT(name, flags) { NULL }
#define DEFINE_MTREE(name) struct maple_tree name = { NULL }
#define mt_init(mt) ((mt)->ranges = NULL)
#define mt_init_flags(mt, flags) mt_init(mt)
#define mtree_lock(mt) ((void)(mt))
#define mtree_unlock(mt) ((void)(mt))
#define MA_STATE(name, mt, first, end) \
	struct ma_state name = { .tree = (mt), .index = (first), .last = (end) }

/* -EEXIST when a range is in the way. */
int mtree_insert_range(struct maple_tree *mt, unsigned long first, unsigned long last,
		       void *entry, gfp_t gfp);
void mtree_destroy(struct maple_tree *mt);
/* The next range that is at `index` or after it and begins at `max` or before it. */
void *mas_find(struct ma_state *mas, unsigned long max);
/* Takes out the range that was found, and returns its entry. The next find goes on behind it. */
void *mas_erase(struct ma_state *mas);

#define mas_for_each(mas, entry, max) while (((entry) = mas_find(mas, max)) != NULL)
/* The tree may change between two finds. */
#define mas_pause(mas) ((void)(mas))

#endif
