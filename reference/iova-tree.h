/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranges of pfns that do not overlap, in order: where the kernel has a
 * red-black tree, this is a treap whose nodes are also chained, so that a step
 * to a neighbour is one load. Only the order shows, never the shape.
 */
#ifndef LOCKSTEP_IOVA_TREE_H
#define LOCKSTEP_IOVA_TREE_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

struct iova {
	uint64_t pfn_lo;
	uint64_t pfn_hi; /* inclusive */
	struct iova *below; /* the next lower range */
	struct iova *above;
	struct iova *parent;
	struct iova *child[2]; /* lower, higher */
	uint64_t priority; /* never larger than the parent's */
};

struct iova_block;

struct iova_tree {
	struct iova *root; /* always the highest one */
	uint64_t seed; /* of the next priority */
	struct iova *spare; /* freed nodes, chained by `above` */
	struct iova_block *blocks; /* what nodes are cut from */
	uint32_t block_used; /* nodes of the first block */
};

/* A tree with one node, which belongs to the caller and never leaves. */
void iova_tree_init(struct iova_tree *tree, struct iova *highest);
/* Frees every node that came from alloc_iova_mem(). */
void iova_tree_destroy(struct iova_tree *tree);

struct iova *alloc_iova_mem(struct iova_tree *tree);
void free_iova_mem(struct iova_tree *tree, struct iova *iova);

/* Puts `iova` right below `above`. */
void iova_tree_insert(struct iova_tree *tree, struct iova *iova, struct iova *above);
void iova_tree_erase(struct iova *iova);

/* The lowest range that ends at `pfn` or above; the highest node ends above all. */
struct iova *iova_tree_find(const struct iova_tree *tree, uint64_t pfn);

#pragma GCC visibility pop
#endif
