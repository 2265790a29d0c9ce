/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Magazines of freed ranges, which stay allocated in the tree (kernel: the
 * second half of drivers/iommu/iova.c). Two for each CPU and class; full ones
 * go to the class's depot, which is trimmed to one a CPU as time passes.
 */
#include "iova.h"

#include "iommu-services.h"

#include <stdlib.h>

static bool magazine_full(const struct iova_magazine *mag)
{
	return mag && mag->size == IOVA_MAG_SIZE;
}

static bool magazine_empty(const struct iova_magazine *mag)
{
	return !mag || !mag->size;
}

static struct iova_magazine *magazine_alloc(void)
{
	struct iova_magazine *mag = malloc(sizeof(*mag));

	if (mag)
		mag->size = 0;
	return mag;
}

static void magazine_free_pfns(struct iova_domain *iovad, struct iova_magazine *mag)
{
	if (!mag)
		return;
	iova_free_pfns(iovad, mag->pfns, mag->size);
	mag->size = 0;
}

/*
 * Takes out the last entry that is not above limit_pfn; the last of all fills
 * its place. 0 when every entry is above.
 */
static uint64_t magazine_pop(struct iova_magazine *mag, uint64_t limit_pfn)
{
	for (uint64_t i = mag->size; i-- > 0;) {
		uint64_t pfn = mag->pfns[i];

		if (pfn > limit_pfn)
			continue;
		mag->pfns[i] = mag->pfns[--mag->size];
		return pfn;
	}
	return 0;
}

static void depot_push(struct iova_rcache *rcache, struct iova_magazine *mag)
{
	mag->next = rcache->depot;
	rcache->depot = mag;
	rcache->depot_size++;
}

/* Only full magazines lie there. */
static struct iova_magazine *depot_pop(struct iova_rcache *rcache)
{
	struct iova_magazine *mag = rcache->depot;

	rcache->depot = mag->next;
	rcache->depot_size--;
	mag->size = IOVA_MAG_SIZE;
	return mag;
}

static uint32_t rcache_class(const struct iova_rcache *rcache)
{
	return (uint32_t)(rcache - rcache->iovad->rcaches);
}

static void depot_lock(struct iova_rcache *rcache)
{
	iommu_lock(rcache->iovad->domain, IOPT_LOCK_IOVA_DEPOT, rcache_class(rcache));
}

static void depot_unlock(struct iova_rcache *rcache)
{
	iommu_unlock(rcache->iovad->domain, IOPT_LOCK_IOVA_DEPOT, rcache_class(rcache));
}

/* Frees one magazine too many, and comes back as long as there was one. */
static void depot_work(void *data)
{
	struct iova_rcache *rcache = data;
	struct iova_domain *iovad = rcache->iovad;
	struct iova_magazine *mag = NULL;

	iopt_log1(iovad->domain->log, IOPT_EVENT_DEPOT_WORK, rcache->work.expires);
	depot_lock(rcache);
	if (rcache->depot_size > iovad->cpus)
		mag = depot_pop(rcache);
	depot_unlock(rcache);
	if (!mag)
		return;
	magazine_free_pfns(iovad, mag);
	free(mag);
	timer_arm(iovad->timers, &rcache->work, IOVA_DEPOT_DELAY);
}

bool iova_domain_init_rcaches(struct iova_domain *iovad)
{
	iovad->cpu_rcaches = calloc((size_t)iovad->cpus * IOVA_RANGE_CACHE_MAX_SIZE,
				    sizeof(*iovad->cpu_rcaches));
	if (!iovad->cpu_rcaches)
		return false;
	for (unsigned int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		struct iova_rcache *rcache = &iovad->rcaches[i];

		rcache->iovad = iovad;
		rcache->cpu_rcaches = iovad->cpu_rcaches + (size_t)i * iovad->cpus;
		rcache->work.function = depot_work;
		rcache->work.data = rcache;
		rcache->work.rank = TIMER_WORK;
	}
	return true;
}

void free_iova_rcaches(struct iova_domain *iovad)
{
	for (unsigned int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++)
		while (iovad->rcaches[i].depot)
			free(depot_pop(&iovad->rcaches[i]));
	for (size_t i = 0; i < (size_t)iovad->cpus * IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		free(iovad->cpu_rcaches[i].loaded);
		free(iovad->cpu_rcaches[i].prev);
	}
	free(iovad->cpu_rcaches);
}

static void swap_magazines(struct iova_cpu_rcache *cpu_rcache)
{
	struct iova_magazine *mag = cpu_rcache->prev;

	cpu_rcache->prev = cpu_rcache->loaded;
	cpu_rcache->loaded = mag;
}

/* Makes sure that the loaded magazine takes one more. */
static bool make_room(struct iova_rcache *rcache, struct iova_cpu_rcache *cpu_rcache)
{
	struct iova_magazine *mag;

	if (magazine_full(cpu_rcache->loaded) && !magazine_full(cpu_rcache->prev))
		swap_magazines(cpu_rcache);
	if (cpu_rcache->loaded && !magazine_full(cpu_rcache->loaded))
		return true;
	mag = magazine_alloc();
	if (!mag)
		return false;
	if (cpu_rcache->loaded) {
		depot_lock(rcache);
		depot_push(rcache, cpu_rcache->loaded);
		depot_unlock(rcache);
		timer_arm(rcache->iovad->timers, &rcache->work, IOVA_DEPOT_DELAY);
	}
	cpu_rcache->loaded = mag;
	return true;
}

bool iova_rcache_insert(struct iova_domain *iovad, uint32_t cpu, uint64_t pfn, uint64_t size)
{
	unsigned int order = iova_size_order(size);
	struct iova_cpu_rcache *cpu_rcache;
	bool room;

	if (order >= IOVA_RANGE_CACHE_MAX_SIZE)
		return false;
	cpu_rcache = &iovad->rcaches[order].cpu_rcaches[cpu];
	iommu_lock(iovad->domain, IOPT_LOCK_IOVA_CPU, cpu);
	room = make_room(&iovad->rcaches[order], cpu_rcache);
	if (room)
		cpu_rcache->loaded->pfns[cpu_rcache->loaded->size++] = pfn;
	iommu_unlock(iovad->domain, IOPT_LOCK_IOVA_CPU, cpu);
	return room;
}

/* Loads a magazine that is not empty, if there is one. */
static bool load_magazine(struct iova_rcache *rcache, struct iova_cpu_rcache *cpu_rcache)
{
	if (magazine_empty(cpu_rcache->loaded) && !magazine_empty(cpu_rcache->prev))
		swap_magazines(cpu_rcache);
	if (!magazine_empty(cpu_rcache->loaded))
		return true;
	depot_lock(rcache);
	if (rcache->depot) {
		free(cpu_rcache->loaded);
		cpu_rcache->loaded = depot_pop(rcache);
	}
	depot_unlock(rcache);
	return !magazine_empty(cpu_rcache->loaded);
}

uint64_t iova_rcache_get(struct iova_domain *iovad, uint32_t cpu, uint64_t size,
			 uint64_t limit_pfn)
{
	unsigned int order = iova_size_order(size);
	struct iova_cpu_rcache *cpu_rcache;
	uint64_t pfn = 0;

	if (order >= IOVA_RANGE_CACHE_MAX_SIZE)
		return 0;
	cpu_rcache = &iovad->rcaches[order].cpu_rcaches[cpu];
	iommu_lock(iovad->domain, IOPT_LOCK_IOVA_CPU, cpu);
	if (load_magazine(&iovad->rcaches[order], cpu_rcache))
		pfn = magazine_pop(cpu_rcache->loaded, limit_pfn - size);
	iommu_unlock(iovad->domain, IOPT_LOCK_IOVA_CPU, cpu);
	return pfn;
}

static void free_cpu_cached_iovas(struct iova_domain *iovad, uint32_t cpu)
{
	for (unsigned int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		struct iova_cpu_rcache *cpu_rcache = &iovad->rcaches[i].cpu_rcaches[cpu];

		iommu_lock(iovad->domain, IOPT_LOCK_IOVA_CPU, cpu);
		magazine_free_pfns(iovad, cpu_rcache->loaded);
		magazine_free_pfns(iovad, cpu_rcache->prev);
		iommu_unlock(iovad->domain, IOPT_LOCK_IOVA_CPU, cpu);
	}
}

static void free_depot(struct iova_rcache *rcache)
{
	depot_lock(rcache);
	while (rcache->depot) {
		struct iova_magazine *mag = depot_pop(rcache);

		magazine_free_pfns(rcache->iovad, mag);
		free(mag);
	}
	depot_unlock(rcache);
}

void free_cached_iovas(struct iova_domain *iovad)
{
	for (uint32_t cpu = 0; cpu < iovad->cpus; cpu++)
		free_cpu_cached_iovas(iovad, cpu);
	for (unsigned int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++)
		free_depot(&iovad->rcaches[i]);
}
