/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages for page tables: one descriptor for each arena slot, and lists of
 * pages that run through the descriptors (kernel: drivers/iommu/iommu-pages.*).
 *
 * A page is named by its slot number plus one, so that zero ends a list.
 */
#ifndef LOCKSTEP_IOMMU_PAGES_H
#define LOCKSTEP_IOMMU_PAGES_H

#include "abi/iopt_subject.h"

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct iommu_domain;

/* What the kernel keeps in struct ioptdesc. */
struct ioptdesc {
	uint32_t next; /* the page after this one on its list, 0 at the end */
	bool incoherent;
};

/* A list of pages in order; all zeros is an empty one. */
struct iommu_pages_list {
	uint32_t first;
	uint32_t last;
};

/*
 * Descriptors that fit before the table of them has to grow: few, so that whoever tests makes it
 * grow.
 */
#define IOMMU_PAGES_INLINE 14u

/* All descriptors of one domain; those of slots not yet handed out are unset. */
struct iommu_pages {
	struct ioptdesc *desc; /* by page number */
	uint32_t capacity;
	struct ioptdesc inline_desc[IOMMU_PAGES_INLINE + 1];
};

static inline bool iommu_pages_list_empty(const struct iommu_pages_list *list)
{
	return !list->first;
}

void iommu_pages_init(struct iommu_pages *pages);
void iommu_pages_destroy(struct iommu_pages *pages);

/* A zeroed table of `bytes`; its physical address, or 0. */
uint64_t iommu_alloc_pages_sz(struct iommu_domain *domain, uint64_t bytes);
void iommu_free_pages(struct iommu_domain *domain, uint64_t pa);
/* Frees every page of the list in order; the list itself is left alone. */
void iommu_put_pages_list(struct iommu_domain *domain, const struct iommu_pages_list *list);

/* Appends one page. */
void iommu_pages_list_add(struct iommu_domain *domain, struct iommu_pages_list *list, uint64_t pa);
/* Puts the pages of `from` in front of those of `to`. */
void iommu_pages_list_splice(struct iommu_domain *domain, const struct iommu_pages_list *from,
			     struct iommu_pages_list *to);

/* Writes the list's physical addresses as words of the record being written. */
void iommu_pages_list_log(struct iommu_domain *domain, const struct iommu_pages_list *list);

int iommu_pages_start_incoherent(struct iommu_domain *domain, uint64_t pa);
int iommu_pages_start_incoherent_list(struct iommu_domain *domain,
				      const struct iommu_pages_list *list);
void iommu_pages_stop_incoherent_list(struct iommu_domain *domain,
				      const struct iommu_pages_list *list);
void iommu_pages_free_incoherent(struct iommu_domain *domain, uint64_t pa);
/* Writes `len` bytes of table memory at `pa` back from the CPU's caches. */
void iommu_pages_flush_incoherent(struct iommu_domain *domain, uint64_t pa, uint64_t len);

static inline uint64_t iommu_page_to_phys(uint32_t page)
{
	return IOPT_ARENA_BASE + ((uint64_t)(page - 1) << IOPT_SLOT_LG2);
}

static inline uint32_t iommu_phys_to_page(uint64_t pa)
{
	return (uint32_t)((pa - IOPT_ARENA_BASE) >> IOPT_SLOT_LG2) + 1;
}

#pragma GCC visibility pop
#endif
