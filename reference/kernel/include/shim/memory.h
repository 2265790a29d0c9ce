/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ours on purpose: pages, their descriptors and the allocators. Pages for
 * tables come from the harness's arena, everything else from the C library,
 * on a list of the domain's so that a crash leaks nothing.
 */
#ifndef SHIM_MEMORY_H
#define SHIM_MEMORY_H

#define PAGE_SHIFT 12
#define PAGE_SIZE (1ul << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define MAX_PAGE_ORDER 10
#define PMD_ORDER 9
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define PAGE_ALIGN(addr) round_up(addr, PAGE_SIZE)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)

#define gfpflags_allow_blocking(gfp) ((gfp) & GFP_KERNEL)

/* Reached by the descriptors of page-table memory, which are checked against it. */
struct page {
	unsigned long flags;
	struct list_head lru;
	void *mapping;
	pgoff_t index;
	unsigned long private;
	unsigned int page_type;
	atomic_t _refcount;
	unsigned int shim_order; /* of the allocation that begins here, log2 of pages */
};

struct folio {
	struct page page;
};

#define page_folio(page) ((struct folio *)(page))
#define folio_page(folio, n) (&(folio)->page + (n))

/*
 * Physical addresses below the arena's are buffers of the scenario, which no
 * code may touch; a page of theirs is a number only.
 */
#define SHIM_BUFFER_PAGE(pfn) ((struct page *)(((pfn) << 6) | 1ul << 63))

static inline phys_addr_t virt_to_phys(const volatile void *address)
{
	return IOPT_ARENA_BASE + shim_arena_offset(address);
}

static inline void *phys_to_virt(phys_addr_t address)
{
	return shim_current->arena + (address - IOPT_ARENA_BASE);
}

#define __pa(address) virt_to_phys((void *)(address))
#define __va(address) phys_to_virt(address)

static inline struct page *virt_to_page(const void *address)
{
	return shim_current->pages + (shim_arena_offset(address) >> PAGE_SHIFT);
}

static inline struct folio *virt_to_folio(const void *address)
{
	return page_folio(virt_to_page(address));
}

static inline void *page_address(const struct page *page)
{
	return shim_current->arena + ((unsigned long)(page - shim_current->pages) << PAGE_SHIFT);
}

static inline struct page *pfn_to_page(unsigned long pfn)
{
	return SHIM_BUFFER_PAGE(pfn);
}

static inline unsigned long page_to_pfn(const struct page *page)
{
	return ((unsigned long)page & ~(1ul << 63)) >> 6;
}

#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(phys) pfn_to_page(PHYS_PFN(phys))
#define pfn_valid(pfn) ((void)(pfn), true)
#define page_range_contiguous(page, pages) ((void)(page), true)
#define PageHighMem(page) ((void)(page), false)
#define folio_address(folio) page_address(&(folio)->page)
#define folio_order(folio) ((folio)->page.shim_order)
#define folio_nr_pages(folio) (1l << folio_order(folio))
#define folio_pgdat(folio) ((void)(folio), (void *)NULL)
#define mod_node_page_state(node, item, delta) ((void)(node), (void)(delta))
#ifdef SHIM_KUNIT
/* Pages that tables have; the tree's own test cases hold it to be what it was. */
extern long shim_secondary_pagetable;
#define global_node_page_state(item) ((unsigned long)shim_secondary_pagetable)
#define lruvec_stat_mod_folio(folio, item, delta) \
	((void)(folio), (void)(shim_secondary_pagetable += (long)(delta)))
#else
#define lruvec_stat_mod_folio(folio, item, delta) ((void)(folio), (void)(delta))
#endif
#define is_vmalloc_addr(address) ((void)(address), false)
#define NUMA_NO_NODE (-1)
#define numa_mem_id() 0
#define dev_to_node(dev) ((void)(dev), NUMA_NO_NODE)

static inline int get_order(unsigned long size)
{
	return size <= PAGE_SIZE ? 0 : 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

/*
 * Whoever may sleep for memory sleeps with a lock held, or where its caller may not: a warning. As flags
 * are constants mostly, so is the answer.
 */
#define shim_asks(gfp)                                                                   \
	((void)(gfpflags_allow_blocking(gfp) && unlikely(shim_current->locks || shim_current->atomic) ? \
			(shim_warn(__FILE__, __LINE__), 0) : 0))

/* Not zeroed where nobody asks for that. */
struct folio *shim_alloc_folio(unsigned int order, bool zeroed);
void shim_free_folio(struct folio *folio);

#define __folio_alloc_node(gfp, order, nid) \
	((void)(nid), shim_asks(gfp), shim_alloc_folio(order, (gfp) & __GFP_ZERO))
#define __folio_alloc_node_noprof __folio_alloc_node
#define folio_put(folio) shim_free_folio(folio)

void *shim_alloc(size_t bytes, bool zeroed);
/* The glue's own, which lasts as long as the domain. */
void *shim_alloc_own(size_t bytes);
void shim_free(const void *memory);

struct kmem_cache {
	size_t size;
};
struct kmem_cache *shim_cache_create(size_t size);
void shim_cache_destroy(struct kmem_cache *cache);

#define SLAB_HWCACHE_ALIGN 0
#define ARCH_DMA_MINALIGN 8
#define kmem_cache_create(name, size, ...) shim_cache_create(size)
#define kmem_cache_destroy(cache) shim_cache_destroy(cache)
#define SHIM_ZEROED(gfp) ((gfp) & __GFP_ZERO)
#define kmem_cache_alloc(cache, gfp) (shim_asks(gfp), shim_alloc((cache)->size, SHIM_ZEROED(gfp)))
#define kmem_cache_zalloc(cache, gfp) (shim_asks(gfp), shim_alloc((cache)->size, true))
#define kmem_cache_free(cache, object) shim_free(object)
#define kmalloc(size, gfp) (shim_asks(gfp), shim_alloc(size, SHIM_ZEROED(gfp)))
#define kzalloc(size, gfp) (shim_asks(gfp), shim_alloc(size, true))
#define kcalloc(n, size, gfp) (shim_asks(gfp), shim_alloc(size_mul(n, size), true))
#define kvcalloc(n, size, gfp) kcalloc(n, size, gfp)
/* The flags of those that may be left out. */
#define SHIM_FIRST(first, ...) first
#define SHIM_GFP(...) SHIM_FIRST(__VA_ARGS__ __VA_OPT__(, ) GFP_KERNEL)
#define kmalloc_obj(object, ...) \
	((typeof(object) *)kmalloc(sizeof(object), SHIM_GFP(__VA_ARGS__)))
#define kzalloc_obj(object, ...) \
	((typeof(object) *)kzalloc(sizeof(object), SHIM_GFP(__VA_ARGS__)))
#define kzalloc_objs(object, n, ...) \
	((typeof(object) *)kcalloc(n, sizeof(object), SHIM_GFP(__VA_ARGS__)))
#define kvzalloc_objs(object, n, ...) kzalloc_objs(object, n, ##__VA_ARGS__)
#define kfree(memory) shim_free(memory)
#define kvfree(memory) shim_free(memory)

/* A queue's memory is asked for from the host, which can make it fail. */
void *shim_alloc_queue(size_t bytes);
#define vmalloc(size) shim_alloc_queue(size)
#define vfree(memory) shim_free(memory)

void *memset(void *to, int value, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
int strcmp(const char *a, const char *b);
size_t strlen(const char *text);

/* Writes `count` words of table memory, through the host one by one where there are virtual CPUs. */
static inline void *memset64(u64 *to, u64 value, size_t count)
{
	if (shim_is_scheduled()) {
		for (size_t i = 0; i < count; i++)
			WRITE_ONCE(to[i], value);
		return to;
	}
	for (size_t i = 0; i < count; i++)
		*(volatile u64 *)&to[i] = value;
	if (unlikely(shim_watched))
		shim_stored(to, count, value);
	return to;
}

#define memset_after(object, value, member)                                          \
	memset((u8 *)(object) + offsetofend(typeof(*(object)), member), value,       \
	       sizeof(*(object)) - offsetofend(typeof(*(object)), member))

#endif
