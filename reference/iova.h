/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The allocator of I/O virtual addresses (kernel: include/linux/iova.h and
 * drivers/iommu/iova.c). Its unit is the page frame, pfn: an address divided
 * by the domain's granule. Sizes are counts of pages, `pfn_hi` is inclusive.
 */
#ifndef LOCKSTEP_IOVA_H
#define LOCKSTEP_IOVA_H

#include "iommu.h"
#include "iova-tree.h"
#include "timer.h"

#pragma GCC visibility push(hidden)

/* Ranges of 1, 2, 4, … 32 pages are cached, one class each. */
#define IOVA_RANGE_CACHE_MAX_SIZE 6u

/* Entries of one magazine, unless a domain is told another number. */
#define IOVA_MAG_SIZE 127u

/* From the last trimming of a depot, or from its filling, to the next, ms. */
#define IOVA_DEPOT_DELAY 100u

struct iova_domain;

struct iova_magazine {
	union {
		uint64_t size; /* entries in use */
		struct iova_magazine *next; /* while it lies in a depot, full */
	};
	uint64_t pfns[]; /* magazine_size of the domain */
};

/* One CPU's share of a class. A null magazine is one that was not needed yet. */
struct iova_cpu_rcache {
	struct iova_magazine *loaded;
	struct iova_magazine *prev;
};

/* One class. */
struct iova_rcache {
	struct iova_domain *space;
	struct iova_magazine *depot;
	struct iova_cpu_rcache *cpu_rcaches; /* by CPU */
	struct timer_list work;
	uint32_t depot_size; /* magazines in the depot */
};

struct iova_domain {
	struct iommu_domain *domain;
	struct timer_base *timers;
	struct iova_tree tree; /* allocated, cached and reserved ranges */
	struct iova *cached_node; /* where the last search ended */
	struct iova *cached32_node; /* the same below 4 GiB */
	uint64_t granule; /* bytes */
	uint64_t start_pfn; /* nothing is allocated below */
	uint64_t dma_32bit_pfn; /* the first pfn at or above 4 GiB */
	uint64_t max32_alloc_size; /* a search below 4 GiB for this size or more would fail */
	struct iova anchor; /* above all others, of no size */
	struct iova_cpu_rcache *cpu_rcaches; /* all classes' */
	struct iova_rcache rcaches[IOVA_RANGE_CACHE_MAX_SIZE];
	struct iova_magazine *first_magazines; /* allocated in one go at set-up, or null */
	uint32_t magazine_size; /* entries of one magazine */
	uint32_t fail_magazine; /* the Nth allocation of one from now fails; 0 for none */
	uint32_t cpus;
	uint32_t cpu_reach; /* CPUs from here on have never used their magazines */
};

static inline unsigned int iova_shift(const struct iova_domain *space)
{
	return (unsigned int)__builtin_ctzll(space->granule);
}

static inline uint64_t iova_offset(const struct iova_domain *space, uint64_t iova)
{
	return iova & (space->granule - 1);
}

/* Rounds up to whole granules. */
static inline uint64_t iova_align(const struct iova_domain *space, uint64_t size)
{
	return size + iova_offset(space, -size);
}

/* Class of a range, log2 of its pages rounded up. */
static inline unsigned int iova_size_order(uint64_t size)
{
	return size <= 1 ? 0 : 64u - (unsigned int)__builtin_clzll(size - 1);
}

/*
 * False when memory ran out, fail_magazine's included. `space` starts out as
 * zeros, domain, timers and what says how magazines are apart.
 */
bool init_iova_domain(struct iova_domain *space, uint64_t granule, uint64_t start_pfn,
		      uint32_t cpus);
void put_iova_domain(struct iova_domain *space);

/*
 * Allocates from the caches of `cpu`, else the highest free range that ends at
 * limit_pfn or below and is aligned to its size. With flush_rcache the caches
 * are emptied and the search repeated before it fails. 0 when it failed.
 */
uint64_t alloc_iova_fast(struct iova_domain *space, uint32_t cpu, uint64_t size,
			 uint64_t limit_pfn, bool flush_rcache);
void free_iova_fast(struct iova_domain *space, uint32_t cpu, uint64_t pfn, uint64_t size);

/* Takes the range out of use, as far as it is not in use already. */
void reserve_iova(struct iova_domain *space, uint64_t pfn_lo, uint64_t pfn_hi);

/*
 * For the caches: frees the ranges that these pfns lie in; an unknown one is a
 * violated expectation.
 */
void iova_free_pfns(struct iova_domain *space, const uint64_t *pfns, uint64_t count);

/* The caches, iova-rcache.c. */
bool iova_domain_init_rcaches(struct iova_domain *space);
void free_iova_rcaches(struct iova_domain *space);
bool iova_rcache_insert(struct iova_domain *space, uint32_t cpu, uint64_t pfn, uint64_t size);
/* A cached range of this size that ends below limit_pfn, or 0. */
uint64_t iova_rcache_get(struct iova_domain *space, uint32_t cpu, uint64_t size,
			 uint64_t limit_pfn);
/* Empties the caches of all CPUs and the depots. */
void free_cached_iovas(struct iova_domain *space);

#pragma GCC visibility pop
#endif
