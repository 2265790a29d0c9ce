/* SPDX-License-Identifier: GPL-2.0-only */
/* Declared again: the fixed-width and named types that kernel code takes for granted. */
#ifndef SHIM_TYPES_H
#define SHIM_TYPES_H

typedef signed char s8;
typedef unsigned char u8;
typedef short s16;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;
typedef s8 __s8;
typedef u8 __u8;
typedef s16 __s16;
typedef u16 __u16;
typedef s32 __s32;
typedef u32 __u32;
typedef s64 __s64;
typedef u64 __u64;
typedef u16 __le16, __be16;
typedef u32 __le32, __be32;
typedef u64 __le64, __be64;
typedef u64 __aligned_u64;
typedef u64 __aligned_le64;
typedef u64 __aligned_be64;
typedef s64 __aligned_s64;
typedef s8 int8_t;
typedef u8 uint8_t;
typedef s16 int16_t;
typedef u16 uint16_t;
typedef s32 int32_t;
typedef u32 uint32_t;
/* As <stdint.h> has it, for the glue's sake; u64 is the kernel's unsigned long long. */
typedef unsigned long uint64_t;
typedef long int64_t;
typedef unsigned long size_t;
typedef long ssize_t;
typedef long ptrdiff_t;
typedef unsigned long uintptr_t;
typedef long intptr_t;
typedef long long loff_t;
typedef long off_t;
typedef u32 dev_t;
typedef int pid_t;
typedef unsigned long __kernel_ulong_t;
typedef long __kernel_long_t;
typedef unsigned long __kernel_size_t;
typedef _Bool bool;
typedef unsigned int gfp_t;
typedef unsigned int ioasid_t;
typedef unsigned long pgoff_t;
typedef unsigned short umode_t;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef phys_addr_t resource_size_t;

enum { false = 0, true = 1 };

/* Bits of gfp_t: the values are ours. */
enum {
	__GFP_DMA = 1 << 0,
	__GFP_HIGHMEM = 1 << 1,
	__GFP_DMA32 = 1 << 2,
	__GFP_ZERO = 1 << 3,
	__GFP_COMP = 1 << 4,
	__GFP_NOWARN = 1 << 5,
	__GFP_NORETRY = 1 << 6,
	GFP_KERNEL = 1 << 7,
	GFP_ATOMIC = 1 << 8,
	GFP_KERNEL_ACCOUNT = GFP_KERNEL,
	GFP_NOWAIT = 1 << 9,
};

#define UINT64_C(number) number##ul
#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))

typedef struct {
	int counter;
} atomic_t;
typedef struct {
	s64 counter;
} atomic64_t;
typedef atomic64_t atomic_long_t;
typedef struct {
	atomic_t refs;
} refcount_t;

struct list_head {
	struct list_head *next, *prev;
};
struct hlist_node {
	struct hlist_node *next, **pprev;
};
struct hlist_head {
	struct hlist_node *first;
};
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};
struct llist_node {
	struct llist_node *next;
};

#endif
