/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stand-ins for what the functions of a kernel's drivers use, and how a test calls them. All of it is
 * ours; the functions come from a tree when the test runs.
 */
#ifndef STAND_INS_KERNEL_H
#define STAND_INS_KERNEL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef uint64_t phys_addr_t;
typedef uint32_t ioasid_t;
typedef int spinlock_t;

#define U64_MAX UINT64_MAX
#define PAGE_SHIFT 12
#define PAGE_SIZE 4096UL
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define BITS_PER_LONG 64
#define IOMMU_NO_PASID 0
#define fallthrough __attribute__((__fallthrough__))

#define likely(x) (x)
#define unlikely(x) (x)
#define WARN_ON(x) ((void)(x))
#define pr_warn_ratelimited(...) ((void)0)
#define lockdep_assert_held(x) ((void)(x))
#define spin_lock_irqsave(lock, flags) ((void)(lock), (void)(flags = 0))
#define spin_unlock_irqrestore(lock, flags) ((void)(lock), (void)(flags))
#define smp_mb() ((void)0)
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)

#define BIT(n) (1UL << (n))
#define BIT_U64(n) (1ULL << (n))
#define BIT_ULL(n) (1ULL << (n))
/* No ones where the lowest is above the highest. */
#define GENMASK_U64(h, l) ((l) > (h) ? 0 : (UINT64_MAX >> (63 - (h))) & (UINT64_MAX << ((l) & 63)))
#define GENMASK(h, l) GENMASK_U64(h, l)
#define GENMASK_ULL(h, l) GENMASK_U64(h, l)
#define FIELD_PREP(mask, value) (((u64)(value) << __builtin_ctzll(mask)) & (mask))
#define FIELD_GET(mask, value) (((u64)(value) & (mask)) >> __builtin_ctzll(mask))
#define PHYS_PFN(x) ((u64)(x) >> PAGE_SHIFT)
#define lower_32_bits(x) ((u32)(x))
#define upper_32_bits(x) ((u32)((u64)(x) >> 32))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define ALIGN(x, a) (((x) + (a) - 1) & ~((u64)(a) - 1))
#define PAGE_ALIGN(x) ALIGN(x, PAGE_SIZE)
#define ALIGN_DOWN(x, a) ((x) & ~((u64)(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((u64)(a) - 1)) == 0)
#define min(a, b) ((a) < (b) ? (a) : (b))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define check_add_overflow(a, b, sum) __builtin_add_overflow(a, b, sum)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))

static inline int fls64(u64 x) { return x ? 64 - __builtin_clzll(x) : 0; }
static inline int fls_long(u64 x) { return fls64(x); }
static inline int ilog2(u64 x) { return fls64(x) - 1; }
static inline int __fls(u64 x) { return fls64(x) - 1; }
static inline int __ffs64(u64 x) { return x ? __builtin_ctzll(x) : 0; }
static inline int __ffs(u64 x) { return __ffs64(x); }
/* The machine shifts by the low six bits. */
static inline u64 __roundup_pow_of_two(u64 n) { return 1ULL << (fls64(n - 1) & 63); }
static inline u64 iommu_num_pages(u64 address, u64 length, u64 size)
{
	return DIV_ROUND_UP((address & (size - 1)) + length, size);
}

/* A list whose members are linked by what stands for their list_head. */
struct list_head {
	void *first;
	void *next;
};
#define list_for_each_entry(pos, head, member) \
	for (pos = (head)->first; pos; pos = (pos)->member.next)
#define list_for_each_entry_rcu(pos, head, member) list_for_each_entry(pos, head, member)
#define list_empty(head) ((head)->first == NULL)

struct device {
	void *data;
};

struct iommu_domain_ops {
	int unused;
};
struct iommu_domain {
	int type;
	const struct iommu_domain_ops *ops;
};
#define IOMMU_DOMAIN_SVA 1
#define IOMMU_DOMAIN_NESTED 2
#define IOMMU_DOMAIN_PAGING 3

struct iommu_pages_list {
	bool holds_any;
};
#define iommu_pages_list_empty(list) (!(list)->holds_any)
#define iommu_put_pages_list(list) ((void)(list))

struct iommu_iotlb_gather {
	unsigned long start;
	unsigned long end;
	struct {
		u8 leaf_levels_bitmap;
		u8 table_levels_bitmap;
	} pt;
	struct iommu_pages_list freelist;
};

/* What a test asks for. */
enum stand_in_call { STAND_IN_SYNC, STAND_IN_FLUSH_ALL, STAND_IN_SYNC_MAP, STAND_IN_CHANGE_TOP };

struct stand_in_request {
	uint32_t call;
	/* A release's driver may not have the levels. */
	uint8_t leaf_levels;
	uint8_t table_levels;
	uint8_t frees_tables;
	uint8_t unused;
	uint64_t first;
	/* Of a sync the last address, of a map the length. */
	uint64_t last;
	/* The hardware: bits of each driver's own, and a number. */
	uint32_t hardware;
	uint32_t number;
};

/* What was sent: the words of a command that a test looks at. */
struct stand_in_words {
	uint64_t first;
	uint64_t second;
};

static struct {
	struct stand_in_words *words;
	int count;
	int room;
} sent;

static inline void stand_in_send(u64 first, u64 second)
{
	if (sent.count < sent.room)
		sent.words[sent.count] = (struct stand_in_words){first, second};
	sent.count++;
}

static inline struct iommu_iotlb_gather stand_in_gather(const struct stand_in_request *request)
{
	return (struct iommu_iotlb_gather){
		.start = request->first,
		.end = request->last,
		.pt = {request->leaf_levels, request->table_levels},
		.freelist = {request->frees_tables},
	};
}

/* Calls the driver; how many commands there were, also more than there is room for. */
int stand_in_run(const struct stand_in_request *request, struct stand_in_words *words, int room);

#endif
