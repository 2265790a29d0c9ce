/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Magazines of freed ranges, which stay allocated in the tree (kernel: the
 * second half of drivers/iommu/iova.c). Two for each CPU and class; full ones
 * go to the class's depot, which is trimmed to one a CPU as time passes.
 */
#include "iova.h"

#include "iommu-services.h"

#include <stdlib.h>

static bool magazine_full(const struct iova_domain *space, const struct iova_magazine *magazine)
{
	return magazine->size == space->magazine_size;
}

static bool magazine_empty(const struct iova_magazine *magazine)
{
	return !magazine || !magazine->size;
}

static size_t magazine_bytes(const struct iova_domain *space)
{
	return sizeof(struct iova_magazine) + space->magazine_size * sizeof(uint64_t);
}

/* Magazines that are there from the start: each CPU's two of each class, or none. */
static size_t first_magazine_count(const struct iova_domain *space)
{
	bool when_needed = iommu_behaves(space->domain, MAGAZINES_WHEN_NEEDED);

	return when_needed ? 0 : (size_t)space->cpus * IOVA_RANGE_CACHE_MAX_SIZE * 2;
}

static struct iova_magazine *first_magazine(const struct iova_domain *space, size_t i)
{
	char *bytes = (char *)space->first_magazines;

	return (struct iova_magazine *)(void *)(bytes + i * magazine_bytes(space));
}

static struct iova_magazine *magazine_alloc(struct iova_domain *space)
{
	struct iova_magazine *magazine;

	if (space->fail_magazine && !--space->fail_magazine)
		return NULL;
	magazine = malloc(magazine_bytes(space));
	if (magazine)
		magazine->size = 0;
	return magazine;
}

/* Those that were there from the start go together, in the end. */
static void magazine_free(struct iova_domain *space, struct iova_magazine *magazine)
{
	bool is_first = space->first_magazines && magazine >= space->first_magazines &&
			magazine < first_magazine(space, first_magazine_count(space));

	if (!is_first)
		free(magazine);
}

static void magazine_free_pfns(struct iova_domain *space, struct iova_magazine *magazine)
{
	if (!magazine)
		return;
	iova_free_pfns(space, magazine->pfns, magazine->size);
	magazine->size = 0;
}

/*
 * Takes out the last entry that is not above limit_pfn; the last of all fills
 * its place. 0 when every entry is above.
 */
static uint64_t magazine_pop(struct iova_magazine *magazine, uint64_t limit_pfn)
{
	for (uint64_t i = magazine->size; i-- > 0;) {
		uint64_t pfn = magazine->pfns[i];

		if (pfn > limit_pfn)
			continue;
		magazine->pfns[i] = magazine->pfns[--magazine->size];
		return pfn;
	}
	return 0;
}

static void depot_push(struct iova_rcache *rcache, struct iova_magazine *magazine)
{
	magazine->next = rcache->depot;
	rcache->depot = magazine;
	rcache->depot_size++;
}

/* Only full magazines lie there. */
static struct iova_magazine *depot_pop(struct iova_rcache *rcache)
{
	struct iova_magazine *magazine = rcache->depot;

	rcache->depot = magazine->next;
	rcache->depot_size--;
	magazine->size = rcache->space->magazine_size;
	return magazine;
}

static uint32_t rcache_class(const struct iova_rcache *rcache)
{
	return (uint32_t)(rcache - rcache->space->rcaches);
}

static void depot_lock(struct iova_rcache *rcache)
{
	iommu_lock(rcache->space->domain, IOPT_LOCK_IOVA_DEPOT, rcache_class(rcache));
}

static void depot_unlock(struct iova_rcache *rcache)
{
	iommu_unlock(rcache->space->domain, IOPT_LOCK_IOVA_DEPOT, rcache_class(rcache));
}

/* Frees one magazine too many, and comes back as long as there was one. */
static void depot_work(void *data)
{
	struct iova_rcache *rcache = data;
	struct iova_domain *space = rcache->space;
	struct iova_magazine *magazine = NULL;

	iopt_log1(space->domain->log, IOPT_EVENT_DEPOT_WORK, rcache->work.expires);
	depot_lock(rcache);
	if (rcache->depot_size > space->cpus)
		magazine = depot_pop(rcache);
	depot_unlock(rcache);
	if (!magazine)
		return;
	magazine_free_pfns(space, magazine);
	magazine_free(space, magazine);
	timer_arm(space->timers, &rcache->work, IOVA_DEPOT_DELAY);
}

/* Allocates the magazines that are there from the start, and hands them out. */
static bool allocate_first_magazines(struct iova_domain *space)
{
	size_t count = first_magazine_count(space);

	if (!count)
		return true;
	if (space->fail_magazine && space->fail_magazine <= count)
		return false;
	if (space->fail_magazine)
		space->fail_magazine -= (uint32_t)count;
	space->first_magazines = malloc(count * magazine_bytes(space));
	if (!space->first_magazines)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct iova_cpu_rcache *cpu_cache = &space->cpu_rcaches[i / 2];
		struct iova_magazine *magazine = first_magazine(space, i);

		magazine->size = 0;
		*(i % 2 ? &cpu_cache->prev : &cpu_cache->loaded) = magazine;
	}
	return true;
}

bool iova_domain_init_rcaches(struct iova_domain *space)
{
	space->cpu_rcaches = calloc((size_t)space->cpus * IOVA_RANGE_CACHE_MAX_SIZE,
				    sizeof(*space->cpu_rcaches));
	if (!space->cpu_rcaches)
		return false;
	for (unsigned int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		struct iova_rcache *rcache = &space->rcaches[i];

		rcache->space = space;
		rcache->cpu_rcaches = space->cpu_rcaches + (size_t)i * space->cpus;
		rcache->work.function = depot_work;
		rcache->work.data = rcache;
		rcache->work.rank = TIMER_WORK;
	}
	if (allocate_first_magazines(space))
		return true;
	free(space->cpu_rcaches);
	return false;
}

void free_iova_rcaches(struct iova_domain *space)
{
	for (unsigned int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++)
		while (space->rcaches[i].depot)
			magazine_free(space, depot_pop(&space->rcaches[i]));
	for (size_t i = 0; i < (size_t)space->cpus * IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		magazine_free(space, space->cpu_rcaches[i].loaded);
		magazine_free(space, space->cpu_rcaches[i].prev);
	}
	free(space->first_magazines);
	free(space->cpu_rcaches);
}

static void swap_magazines(struct iova_cpu_rcache *cpu_cache)
{
	struct iova_magazine *magazine = cpu_cache->prev;

	cpu_cache->prev = cpu_cache->loaded;
	cpu_cache->loaded = magazine;
}

/* A full magazine makes way: to the second place if that was never taken, else to the depot. */
static void put_away_loaded(struct iova_rcache *rcache, struct iova_cpu_rcache *cpu_cache)
{
	if (!cpu_cache->prev) {
		cpu_cache->prev = cpu_cache->loaded;
		return;
	}
	depot_lock(rcache);
	depot_push(rcache, cpu_cache->loaded);
	depot_unlock(rcache);
	timer_arm(rcache->space->timers, &rcache->work, IOVA_DEPOT_DELAY);
}

/* Makes sure that the loaded magazine takes one more. */
static bool make_room(struct iova_rcache *rcache, struct iova_cpu_rcache *cpu_cache)
{
	struct iova_domain *space = rcache->space;
	struct iova_magazine *magazine;

	if (cpu_cache->loaded && !magazine_full(space, cpu_cache->loaded))
		return true;
	if (cpu_cache->prev && !magazine_full(space, cpu_cache->prev)) {
		swap_magazines(cpu_cache);
		return true;
	}
	magazine = magazine_alloc(space);
	if (!magazine)
		return false;
	if (cpu_cache->loaded)
		put_away_loaded(rcache, cpu_cache);
	cpu_cache->loaded = magazine;
	return true;
}

static inline void extend_cpu_reach(struct iova_domain *space, uint32_t cpu)
{
	if (space->cpu_reach <= cpu)
		space->cpu_reach = cpu + 1;
}

bool iova_rcache_insert(struct iova_domain *space, uint32_t cpu, uint64_t pfn, uint64_t size)
{
	unsigned int order = iova_size_order(size);
	struct iova_cpu_rcache *cpu_cache;
	bool room;

	if (order >= IOVA_RANGE_CACHE_MAX_SIZE)
		return false;
	extend_cpu_reach(space, cpu);
	cpu_cache = &space->rcaches[order].cpu_rcaches[cpu];
	iommu_lock(space->domain, IOPT_LOCK_IOVA_CPU, cpu);
	room = make_room(&space->rcaches[order], cpu_cache);
	if (room)
		cpu_cache->loaded->pfns[cpu_cache->loaded->size++] = pfn;
	iommu_unlock(space->domain, IOPT_LOCK_IOVA_CPU, cpu);
	return room;
}

/* Loads a magazine that is not empty, if there is one. */
static bool load_magazine(struct iova_rcache *rcache, struct iova_cpu_rcache *cpu_cache)
{
	if (magazine_empty(cpu_cache->loaded) && !magazine_empty(cpu_cache->prev))
		swap_magazines(cpu_cache);
	if (!magazine_empty(cpu_cache->loaded))
		return true;
	depot_lock(rcache);
	if (rcache->depot) {
		magazine_free(rcache->space, cpu_cache->loaded);
		cpu_cache->loaded = depot_pop(rcache);
	}
	depot_unlock(rcache);
	return !magazine_empty(cpu_cache->loaded);
}

uint64_t iova_rcache_get(struct iova_domain *space, uint32_t cpu, uint64_t size,
			 uint64_t limit_pfn)
{
	unsigned int order = iova_size_order(size);
	struct iova_cpu_rcache *cpu_cache;
	uint64_t pfn = 0;

	if (order >= IOVA_RANGE_CACHE_MAX_SIZE)
		return 0;
	extend_cpu_reach(space, cpu);
	cpu_cache = &space->rcaches[order].cpu_rcaches[cpu];
	iommu_lock(space->domain, IOPT_LOCK_IOVA_CPU, cpu);
	if (load_magazine(&space->rcaches[order], cpu_cache))
		pfn = magazine_pop(cpu_cache->loaded, limit_pfn - size);
	iommu_unlock(space->domain, IOPT_LOCK_IOVA_CPU, cpu);
	return pfn;
}

static void free_cpu_cached_iovas(struct iova_domain *space, uint32_t cpu)
{
	for (unsigned int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		struct iova_cpu_rcache *cpu_cache = &space->rcaches[i].cpu_rcaches[cpu];

		iommu_lock(space->domain, IOPT_LOCK_IOVA_CPU, cpu);
		magazine_free_pfns(space, cpu_cache->loaded);
		magazine_free_pfns(space, cpu_cache->prev);
		iommu_unlock(space->domain, IOPT_LOCK_IOVA_CPU, cpu);
	}
}

static void free_depot(struct iova_rcache *rcache)
{
	depot_lock(rcache);
	while (rcache->depot) {
		struct iova_magazine *magazine = depot_pop(rcache);

		magazine_free_pfns(rcache->space, magazine);
		magazine_free(rcache->space, magazine);
	}
	depot_unlock(rcache);
}

void free_cached_iovas(struct iova_domain *space)
{
	/* A host that lends locks sees all of them taken. */
	uint32_t cpus = space->domain->services.lock ? space->cpus : space->cpu_reach;

	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		free_cpu_cached_iovas(space, cpu);
	for (unsigned int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++)
		free_depot(&space->rcaches[i]);
}
