/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which release's behaviour a domain has. releases.c has the table of them: a
 * column a release, a row a kernel change; the code asks for single rows by the
 * names below, of a set that was looked up once, when the domain was opened.
 */
#ifndef LOCKSTEP_RELEASES_H
#define LOCKSTEP_RELEASES_H

#include "abi/iopt_subject.h"

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* What the later side of each row does; the row's bit in a set of behaviours. */
enum behaviour {
	LOOKUP_OUTSIDE_IS_NOTHING = 1 << IOPT_ROW_LOOKUP,
	DYNAMIC_TOP_STAYS = 1 << IOPT_ROW_DYNAMIC_TOP,
	HALF_THE_SPACE_IS_NO_PAGE = 1 << IOPT_ROW_PAGE_SIZES,
	SMALL_MAP_ASKS_FOR_ITS_SIZE = 1 << IOPT_ROW_SMALL_MAP,
	NO_PAGE_SIZE_NO_MAPPING = 1 << IOPT_ROW_NO_PAGE_SIZE,
	GATHERS_HAVE_LEVELS = 1 << IOPT_ROW_LEVELS,
	RISCV_HAS_MEMORY_TYPES = 1 << IOPT_ROW_SVPBMT,
	DIRTY_TAKES_WHOLE_LEAF = 1 << IOPT_ROW_DIRTY,
	EMPTY_PIECE_IS_REFUSED = 1 << IOPT_ROW_EMPTY_PIECE,
	DESTROY_FREES_WHOLE_RANGE = 1 << IOPT_ROW_DESTROY,
	MAGAZINES_WHEN_NEEDED = 1 << IOPT_ROW_MAGAZINES,
};

/* Does every row that the configuration names have a release that is known? */
bool release_rows_known(uint64_t rows);
/* The set of enum behaviour bits; a kernel that is not said is 7.1. */
uint32_t release_behaviours(uint32_t kernel, uint64_t rows);
/* Features (enum iopt_feature bits) that these behaviours do not know of. */
uint32_t release_features_unknown(uint32_t behaviours);

#pragma GCC visibility pop
#endif
