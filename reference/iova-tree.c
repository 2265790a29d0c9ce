/* SPDX-License-Identifier: GPL-2.0-only */
#include "iova-tree.h"

#include <stddef.h>
#include <stdlib.h>

enum {
	LOWER,
	HIGHER,
	BLOCK_NODES = 15,
};

struct iova_block {
	struct iova_block *next;
	struct iova nodes[BLOCK_NODES];
};

struct iova *alloc_iova_mem(struct iova_tree *tree)
{
	struct iova *iova = tree->spare;

	if (iova) {
		tree->spare = iova->above;
		return iova;
	}
	if (!tree->blocks || tree->block_used == BLOCK_NODES) {
		struct iova_block *block = malloc(sizeof(*block));

		if (!block)
			return NULL;
		block->next = tree->blocks;
		tree->blocks = block;
		tree->block_used = 0;
	}
	return &tree->blocks->nodes[tree->block_used++];
}

void free_iova_mem(struct iova_tree *tree, struct iova *iova)
{
	iova->above = tree->spare;
	tree->spare = iova;
}

void iova_tree_init(struct iova_tree *tree, struct iova *highest)
{
	highest->below = NULL;
	highest->above = NULL;
	highest->parent = NULL;
	highest->child[LOWER] = NULL;
	highest->child[HIGHER] = NULL;
	highest->priority = UINT64_MAX;
	*tree = (struct iova_tree){ .root = highest, .seed = 1 };
}

void iova_tree_destroy(struct iova_tree *tree)
{
	while (tree->blocks) {
		struct iova_block *block = tree->blocks;

		tree->blocks = block->next;
		free(block);
	}
}

/* splitmix64; halved, so that the highest node stays the root. */
static uint64_t next_priority(struct iova_tree *tree)
{
	uint64_t mixed = tree->seed += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return (mixed ^ mixed >> 31) >> 1;
}

/* What points to this node, which is not the root. */
static struct iova **link_to(const struct iova *iova)
{
	struct iova *parent = iova->parent;

	return &parent->child[parent->child[HIGHER] == iova];
}

static void hang(struct iova **link, struct iova *parent, struct iova *iova)
{
	*link = iova;
	if (iova)
		iova->parent = parent;
}

/* Swaps a node with the child on `side`, which moves up. */
static void rotate(struct iova *iova, int side)
{
	struct iova *child = iova->child[side];

	hang(link_to(iova), iova->parent, child);
	hang(&iova->child[side], iova, child->child[!side]);
	hang(&child->child[!side], child, iova);
}

void iova_tree_insert(struct iova_tree *tree, struct iova *iova, struct iova *above)
{
	struct iova *below = above->below;

	iova->below = below;
	iova->above = above;
	above->below = iova;
	if (below)
		below->above = iova;

	iova->child[LOWER] = NULL;
	iova->child[HIGHER] = NULL;
	iova->priority = next_priority(tree);
	/* Of two neighbours one has no child on the side of the other. */
	if (!above->child[LOWER])
		hang(&above->child[LOWER], above, iova);
	else
		hang(&below->child[HIGHER], below, iova);
	while (iova->parent->priority < iova->priority)
		rotate(iova->parent, iova->parent->child[HIGHER] == iova);
}

void iova_tree_erase(struct iova *iova)
{
	if (iova->below)
		iova->below->above = iova->above;
	iova->above->below = iova->below;

	while (iova->child[LOWER] && iova->child[HIGHER])
		rotate(iova, iova->child[HIGHER]->priority > iova->child[LOWER]->priority);
	hang(link_to(iova), iova->parent, iova->child[!iova->child[LOWER]]);
}

struct iova *iova_tree_find(const struct iova_tree *tree, uint64_t pfn)
{
	struct iova *found = NULL;
	struct iova *iova = tree->root;

	while (iova) {
		if (iova->pfn_hi < pfn) {
			iova = iova->child[HIGHER];
		} else {
			found = iova;
			iova = iova->child[LOWER];
		}
	}
	return found;
}
