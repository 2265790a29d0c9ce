/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's scheduler as the port uses it: points at which another virtual
 * CPU may run, locks, and the cells that virtual CPUs share. Without a host
 * that listens each of them is one predicted branch and the plain thing.
 */
#ifndef LOCKSTEP_IOMMU_SERVICES_H
#define LOCKSTEP_IOMMU_SERVICES_H

#include "iommu.h"

static inline void iommu_lock(struct iommu_domain *domain, uint32_t lock, uint32_t index)
{
	if (__builtin_expect(domain->services.lock != NULL, 0))
		domain->services.lock(domain->host, lock, index);
}

static inline void iommu_unlock(struct iommu_domain *domain, uint32_t lock, uint32_t index)
{
	if (__builtin_expect(domain->services.unlock != NULL, 0))
		domain->services.unlock(domain->host, lock, index);
}

static inline uint64_t iommu_cell_read(struct iommu_domain *domain, uint32_t cell,
				       uint64_t *address)
{
	if (__builtin_expect(domain->services.load != NULL, 0))
		return domain->services.load(domain->host, cell, address, IOPT_RELAXED);
	return *address;
}

static inline void iommu_cell_set(struct iommu_domain *domain, uint32_t cell, uint64_t *address,
				  uint64_t value, uint32_t order)
{
	if (__builtin_expect(domain->services.store != NULL, 0))
		domain->services.store(domain->host, cell, address, value, order);
	else
		*address = value;
}

/* Gives what was there before. */
static inline uint64_t iommu_cell_cmpxchg(struct iommu_domain *domain, uint32_t cell,
					  uint64_t *address, uint64_t expected, uint64_t desired,
					  uint32_t order)
{
	uint64_t found;

	if (__builtin_expect(domain->services.compare_exchange != NULL, 0))
		return domain->services.compare_exchange(domain->host, cell, address, expected,
							 desired, order);
	found = *address;
	if (found == expected)
		*address = desired;
	return found;
}

static inline void iommu_cell_inc(struct iommu_domain *domain, uint32_t cell, uint64_t *address)
{
	uint64_t seen = iommu_cell_read(domain, cell, address);
	uint64_t found;

	while ((found = iommu_cell_cmpxchg(domain, cell, address, seen, seen + 1, IOPT_RELAXED)) !=
	       seen)
		seen = found;
}

#endif
