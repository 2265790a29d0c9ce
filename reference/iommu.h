/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain and the core's way into it: map, unmap and the gather of pending
 * invalidations (kernel: include/linux/iommu.h, drivers/iommu/iommu.c).
 *
 * Addresses and sizes are bytes, `end` is inclusive, prot is a set of enum
 * iopt_prot bits; functions that return int give 0 or a negative errno.
 */
#ifndef LOCKSTEP_IOMMU_H
#define LOCKSTEP_IOMMU_H

#include "abi/iopt_subject.h"
#include "iommu-pages.h"
#include "releases.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct iommu_dma_cookie;

/* Invalidations that were put off, and the tables that wait for them. */
struct iommu_iotlb_gather {
	uint64_t start;
	uint64_t end; /* inclusive; start > end when nothing was gathered */
	struct iommu_pages_list freelist;
	bool queued;
	uint8_t pgsize_lg2; /* of the pages that were gathered one by one, 0 for none */
	uint8_t leaf_levels; /* bit n: leaves of level n were unmapped */
	uint8_t table_levels; /* bit n: tables that entries of level n pointed to were removed */
};

/* The optional services of the host that this build of the host has. */
struct iommu_services {
	void (*yield)(struct iopt_host *host, uint32_t point);
	void (*lock)(struct iopt_host *host, uint32_t lock, uint32_t index);
	void (*unlock)(struct iopt_host *host, uint32_t lock, uint32_t index);
	uint64_t (*load)(struct iopt_host *host, uint32_t cell, uint64_t *address, uint32_t order);
	void (*store)(struct iopt_host *host, uint32_t cell, uint64_t *address, uint64_t value,
		      uint32_t order);
	uint64_t (*compare_exchange)(struct iopt_host *host, uint32_t cell, uint64_t *address,
				     uint64_t expected, uint64_t desired, uint32_t order);
};

struct iommu_domain {
	struct iopt_host *host;
	struct iopt_log *log; /* host->log */
	uint8_t *arena; /* host->arena */
	const struct pt_iommu_ops *ops;
	uint64_t pgsize_bitmap;
	uint64_t aperture_start;
	uint64_t aperture_end; /* inclusive */
	uint32_t gather_revision; /* enum iopt_gather_revision */
	uint32_t policy; /* enum iopt_policy */
	uint32_t behaviours; /* enum behaviour bits, see releases.h */
	bool logs_levels; /* every gather that is reported has its levels reported with it */
	bool has_sync_map; /* the driver has an iotlb_sync_map */
	/*
	 * Set where the kernel's code would have run away. What follows in the
	 * same operation only has to end: its records are dropped.
	 */
	bool crashed;
	struct iommu_services services; /* null members where the host has none */
	struct iommu_dma_cookie *iova_cookie; /* null without a DMA layer */
	struct iommu_pages_list kept; /* tables without a link that IOPT_POLICY_KEEP keeps */
	struct iommu_pages pages;
};

/* Does this domain do what a later release does, in one thing? */
static inline bool iommu_behaves(const struct iommu_domain *domain, enum behaviour behaviour)
{
	return domain->behaviours & (uint32_t)behaviour;
}

static inline void iommu_iotlb_gather_init(struct iommu_iotlb_gather *gather)
{
	*gather = (struct iommu_iotlb_gather){ .start = UINT64_MAX };
}

static inline bool iommu_iotlb_gather_queued(const struct iommu_iotlb_gather *gather)
{
	return gather->queued;
}

/* Would adding this range leave a hole between it and what was gathered? */
static inline bool iommu_iotlb_gather_is_disjoint(const struct iommu_iotlb_gather *gather,
						  uint64_t iova, uint64_t size)
{
	uint64_t past = iova + size;

	if (!gather->end)
		return false;
	return past < gather->start || iova > gather->end + 1;
}

static inline void iommu_iotlb_gather_add_range(struct iommu_iotlb_gather *gather, uint64_t iova,
						uint64_t size)
{
	uint64_t last = iova + size - 1;

	gather->start = iova < gather->start ? iova : gather->start;
	gather->end = last > gather->end ? last : gather->end;
}

/* Pages gathered one by one are all of one size, and adjacent; what is not is synced for before. */
void iommu_iotlb_gather_add_pages(struct iommu_domain *domain, struct iommu_iotlb_gather *gather,
				  uint64_t iova, unsigned int pgsize_lg2, uint64_t count);

/* The driver's flush_iotlb_all. */
void iommu_flush_iotlb_all(struct iommu_domain *domain);

/*
 * Asks the driver to invalidate what was gathered and to free the pages, if
 * anything was gathered; the gather is then empty and strict.
 */
void iommu_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather);

/* Writes the levels of the gather that the next record reports, where they are reported. */
void iommu_log_levels(struct iommu_domain *domain, const struct iommu_iotlb_gather *gather);

/* Tells a driver that wants to know that the range was mapped. */
void iommu_sync_map(struct iommu_domain *domain, uint64_t iova, uint64_t size);

/*
 * Maps all of the range, or nothing (empty tables may stay). Without sync the driver is not told,
 * see iommu_sync_map().
 */
int iommu_map(struct iommu_domain *domain, uint64_t iova, uint64_t paddr, uint64_t size,
	      uint32_t prot);
int iommu_map_nosync(struct iommu_domain *domain, uint64_t iova, uint64_t paddr, uint64_t size,
		     uint32_t prot);

/*
 * The bytes of IOVA space that piece `i` of a list takes. `*whole` is what the pieces before it came
 * to, and what they come to with it when this returns. An empty piece behind others is as if the
 * space up to it had to reach a boundary at 2^64: the padding goes to the piece before, in 32 bits,
 * and to the whole, in 64, which so begins anew (iommu_dma_map_sg() of Linux 7.1).
 */
static inline uint32_t sg_iova_length(const struct iopt_piece *pieces, uint64_t count, uint64_t i,
				      uint64_t *whole)
{
	uint64_t padding = 0;

	*whole += pieces[i].len;
	if (i + 1 < count && !pieces[i + 1].len)
		padding = -*whole;
	*whole += padding;
	return (uint32_t)(pieces[i].len + padding);
}

/*
 * Maps the pieces, of which there is at least one and the last one not empty, in order from iova on,
 * each with its sg_iova_length(), merging those that are physically adjacent. Returns bytes mapped,
 * or a negative errno and nothing mapped.
 */
int64_t iommu_map_sg(struct iommu_domain *domain, uint64_t iova, const struct iopt_piece *pieces,
		     uint64_t count, uint32_t prot);

/* Both return the bytes unmapped; the first one syncs by itself. */
uint64_t iommu_unmap(struct iommu_domain *domain, uint64_t iova, uint64_t size);
uint64_t iommu_unmap_fast(struct iommu_domain *domain, uint64_t iova, uint64_t size,
			  struct iommu_iotlb_gather *gather);

/* The address that iova translates to, 0 for none. */
uint64_t iommu_iova_to_phys(struct iommu_domain *domain, uint64_t iova);

static inline void iommu_warn(struct iommu_domain *domain)
{
	iopt_log0(domain->log, IOPT_EVENT_WARN);
}

static inline void iommu_yield(struct iommu_domain *domain, uint32_t point)
{
	if (__builtin_expect(domain->services.yield != NULL, 0))
		domain->services.yield(domain->host, point);
}

#pragma GCC visibility pop
#endif
