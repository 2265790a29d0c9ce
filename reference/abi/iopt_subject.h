/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Lockstep subject ABI, version 2.
 *
 * A subject is one implementation of the generic IOMMU page table (and of the
 * DMA layer on top of it). The harness opens a domain on it, feeds it
 * operations one at a time, and reads what it did from an ordered log. This
 * header is all that a subject needs; it depends on nothing but C11.
 *
 * Units: addresses and lengths are bytes, "last" is inclusive, names ending in
 * _lg2 are base-2 logarithms, times are milliseconds of virtual time.
 *
 * How it grows. Host and subject may be built with different versions of this
 * header, either one with the older.
 *
 *   Numbers   are only ever appended, and a constant never changes its value.
 *             One that a subject does not know (format, feature or protection
 *             bit, operation, kernel, ...) is refused, with a reason that names
 *             the member and the value, and with nothing done.
 *   Structs   start with their size, and members are only ever appended. A
 *             reader looks at a member only when the size that it was given
 *             reaches it: iopt_has(). What is not there is read as 0, and 0
 *             means: absent, as it was before there was such a member. A size
 *             that does not reach version 1's members is refused.
 *   Nested    Without a size of their own, iopt_dma_config and iopt_piece never
 *             grow: the first is followed by other members, the second is an
 *             array's element. What the `dma` line gets later is appended to
 *             iopt_config; what a piece gets later will be an array beside.
 *   Meaning   A member that was appended changes no older operation: an old
 *             subject would not see it and do something else. What is new to
 *             do has a number of its own, and a member of iopt_config that is
 *             not 0 goes only to subjects whose capabilities name it: for all
 *             others the host refuses in their place.
 *   Versions  abi_version says which header the other side was built with. A
 *             host takes any from 1 on. A subject may read the host's to learn
 *             which records it can be told.
 */
#ifndef IOPT_SUBJECT_H
#define IOPT_SUBJECT_H

#include <stddef.h>
#include <stdint.h>

#define IOPT_ABI_VERSION 2u

/* Does the struct at `pointer`, which starts with its size, reach to this member's end? */
#define iopt_has(pointer, member)                             \
	((pointer)->size >= offsetof(__typeof__(*(pointer)), member) + \
				    sizeof((pointer)->member))

/* Name of the one symbol that a plug-in exports; see iopt_subject_entry(). */
#define IOPT_SUBJECT_SYMBOL "iopt_subject_entry"

/* ------------------------------------------------------------- table memory */

/*
 * Tables live in an arena that the harness owns. A table at physical address P
 * is at virtual address host->arena + (P - IOPT_ARENA_BASE). The Nth slot that
 * is handed out in a scenario is slot N; a slot is never handed out twice. A
 * subject touches only tables that it allocated and has not freed.
 */
#define IOPT_ARENA_BASE UINT64_C(0x800000000)
#define IOPT_SLOT_LG2 12u
#define IOPT_SLOT_SIZE UINT64_C(0x1000)
#define IOPT_SLOT_COUNT 65536u
/* The largest single table in bytes; asking for more is a warn and a failure. */
#define IOPT_TABLE_MAX UINT64_C(0x400000)

/* ------------------------------------------------------------ configuration */

enum iopt_format {
	IOPT_FORMAT_RISCV_64 = 0,
	IOPT_FORMAT_AMDV1 = 1,
	IOPT_FORMAT_VTDSS = 2,
	IOPT_FORMAT_X86_64 = 3,
};

/* Bits of iopt_config.features; text has an order of its own. */
enum iopt_feature {
	IOPT_FEATURE_DMA_INCOHERENT = 1 << 0,
	IOPT_FEATURE_FULL_VA = 1 << 1,
	IOPT_FEATURE_DYNAMIC_TOP = 1 << 2,
	IOPT_FEATURE_SIGN_EXTEND = 1 << 3,
	IOPT_FEATURE_FLUSH_RANGE = 1 << 4,
	IOPT_FEATURE_FLUSH_RANGE_NO_GAPS = 1 << 5,
	IOPT_FEATURE_RISCV_SVNAPOT_64K = 1 << 6,
	IOPT_FEATURE_AMDV1_ENCRYPT_TABLES = 1 << 7,
	IOPT_FEATURE_AMDV1_FORCE_COHERENCE = 1 << 8,
	IOPT_FEATURE_VTDSS_FORCE_COHERENCE = 1 << 9,
	IOPT_FEATURE_VTDSS_FORCE_WRITEABLE = 1 << 10,
	IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES = 1 << 11,
	/* Version 2, from IOPT_KERNEL_7_2 on. */
	IOPT_FEATURE_DETAILED_GATHER = 1 << 12,
	IOPT_FEATURE_RISCV_SVPBMT = 1 << 13,
};

/* The release whose behaviour is meant; Documentation/subject-abi.md. */
enum iopt_kernel {
	IOPT_KERNEL_UNSAID = 0, /* as version 1, which means 7.1 */
	IOPT_KERNEL_7_1 = 1,
	IOPT_KERNEL_7_2 = 2,
	IOPT_KERNEL_7_3 = 3,
};

/*
 * What differs between releases, one number each kernel change: the rows of each
 * side's table of behaviours; Documentation/scenario-language.md.
 */
enum iopt_row {
	IOPT_ROW_LOOKUP = 0, /* 7.2: iova_to_phys outside of the table is 0, not an errno */
	IOPT_ROW_DYNAMIC_TOP = 1, /* 7.2: dynamic_top is not dropped where the top covers va */
	IOPT_ROW_PAGE_SIZES = 2, /* 7.2: no page size of half the space and more */
	IOPT_ROW_SMALL_MAP = 3, /* 7.2: a map of 4 KiB asks for a page size of 4 KiB */
	IOPT_ROW_NO_PAGE_SIZE = 4, /* 7.2: without page sizes, map and unmap warn and do nothing */
	IOPT_ROW_LEVELS = 5, /* 7.2: IOPT_FEATURE_DETAILED_GATHER */
	IOPT_ROW_SVPBMT = 6, /* 7.2: IOPT_FEATURE_RISCV_SVPBMT */
	IOPT_ROW_DIRTY = 7, /* 7.3: dirty reading takes a whole leaf, contiguous ones too */
	IOPT_ROW_EMPTY_PIECE = 8, /* 7.3: EINVAL for an empty piece behind one that is not */
	IOPT_ROW_DESTROY = 9, /* 7.3: dma_iova_destroy() unlinks, then frees the whole range at once */
	IOPT_ROW_MAGAZINES = 10, /* 7.3: magazines are allocated when first needed */
	IOPT_ROW_COUNT = 11,
};

/* Revisions of gather_range_pages(); Documentation/scenario-language.md. */
enum iopt_gather_revision {
	IOPT_GATHER_MERGED = 0,
	IOPT_GATHER_ORIGINAL = 1,
	IOPT_GATHER_ALWAYS_ADD = 2,
	IOPT_GATHER_PROPOSED = 3,
};

/*
 * What becomes of tables that nothing is mapped in; Documentation/policies.md. The
 * kernel's own code is GENERIC.
 */
enum iopt_policy {
	IOPT_POLICY_GENERIC = 0, /* those that an unmap covers wait in its gather */
	IOPT_POLICY_SYNC_TABLES = 1, /* as io-pgtable-arm: invalidated for and freed at once */
	IOPT_POLICY_EAGER = 2, /* those that an unmap empties wait in its gather, too */
	IOPT_POLICY_KEEP = 3, /* kept until the domain ends */
};

enum iopt_build {
	IOPT_BUILD_PRODUCTION = 0,
	/* As CONFIG_DEBUG_GENERIC_PT compiles the format. */
	IOPT_BUILD_DEBUG = 1,
};

enum iopt_queue_kind {
	IOPT_QUEUE_PERCPU = 0,
	IOPT_QUEUE_SINGLE = 1,
};

enum iopt_dma_mode {
	IOPT_DMA_STRICT = 0,
	IOPT_DMA_FQ = 1,
};

/* The kernel's own ring sizes and timeouts (ms): IOVA_DEFAULT_FQ_* and IOVA_SINGLE_FQ_*. */
#define IOPT_PERCPU_RING_SIZE 256u
#define IOPT_PERCPU_TIMEOUT 10u
#define IOPT_SINGLE_RING_SIZE 32768u
#define IOPT_SINGLE_TIMEOUT 1000u

/* The DMA layer on top of a domain. Nested, so it never grows: see iopt_config.dma_magazine. */
struct iopt_dma_config {
	uint32_t queue; /* enum iopt_queue_kind */
	uint32_t mode; /* enum iopt_dma_mode */
	uint32_t cpus; /* 1 to 256 */
	uint32_t ring_size; /* entries of one ring: a power of two, 2 to 65536 */
	uint64_t timeout; /* the queue's timer, ms */
	uint64_t limit; /* the device's DMA mask, taken literally */
	uint32_t pci32; /* 1: try below 4 GiB first */
	uint32_t reserved;
};

/* One domain: the arguments of the language's `domain` and `dma` lines, but `driver=`. */
struct iopt_config {
	uint32_t size; /* sizeof(struct iopt_config) */
	uint32_t format; /* enum iopt_format */
	uint32_t features; /* enum iopt_feature bits asked for */
	uint32_t va_lg2; /* hw_max_vasz_lg2, 0 to 255 */
	uint32_t oa_lg2; /* hw_max_oasz_lg2, 0 to 255 */
	uint32_t top; /* starting or top level; 0 for riscv_64 */
	uint32_t build; /* enum iopt_build */
	uint32_t gather; /* enum iopt_gather_revision */
	uint64_t pgsizes; /* ANDed into the page-size bitmap; all ones when absent */
	uint64_t sme_mask; /* the encryption bit itself (1 << cbit); 0 when absent */
	uint32_t has_dma; /* 1: `dma` is valid, and the members named dma_ */
	uint32_t reserved;
	struct iopt_dma_config dma;
	/* Version 2. */
	uint32_t kernel; /* enum iopt_kernel */
	uint32_t sync_map; /* 1: the driver has an iotlb_sync_map */
	uint32_t dma_magazine; /* IOVAs that a magazine holds, 1 to 127; 0: the release's own */
	uint32_t dma_fail_magazine; /* the Nth allocation of a magazine fails, once; 0: none */
	/*
	 * Single rows of another release: 4 bits a row, from bit 4 * enum iopt_row on, which are
	 * an enum iopt_kernel; 0: as `kernel` has it.
	 */
	uint64_t rows;
	uint32_t policy; /* enum iopt_policy */
	uint32_t reserved_2;
};

/* What version 1 has, and every later one. */
enum { IOPT_CONFIG_SIZE_1 = offsetof(struct iopt_config, kernel) };

/* --------------------------------------------------------------- operations */

/*
 * What a subject is asked to do. The comment names the members that count; the
 * others are zero. The harness has checked what the language checks: gathers,
 * handles and CPUs are in range, and an operation that names a gather comes
 * only to a domain without a DMA layer, one of the DMA layer only to one with.
 * IOVAs, physical addresses and lengths may be anything.
 *
 * A subject keeps the domain's four gathers (all start out strict and empty),
 * and with a DMA layer its handles and its virtual time (which starts at 0).
 */
enum iopt_op_kind {
	IOPT_OP_MAP = 1, /* iova pa len prot */
	IOPT_OP_MAP_RANGE = 2, /* iova pa len prot */
	IOPT_OP_UNMAP = 3, /* iova len */
	IOPT_OP_GATHER = 4, /* gather, flag: queued */
	IOPT_OP_UNMAP_FAST = 5, /* gather iova len */
	IOPT_OP_IOTLB_SYNC = 6, /* gather */
	IOPT_OP_FLUSH = 7, /* gather */
	IOPT_OP_IOVA_TO_PHYS = 8, /* iova */
	IOPT_OP_SET_DIRTY = 9, /* iova */
	IOPT_OP_READ_AND_CLEAR_DIRTY = 10, /* gather iova len, flag: keep (IOMMU_DIRTY_NO_CLEAR) */
	/* len: the Nth allocation fails, 0 disarms. Done by the host: no subject sees it. */
	IOPT_OP_FAIL_ALLOC = 11,
	IOPT_OP_DMA_MAP = 12, /* handle pa len dir cpu */
	IOPT_OP_DMA_MAP_SG = 13, /* handle dir cpu pieces piece_count */
	IOPT_OP_DMA_UNMAP = 14, /* handle cpu */
	IOPT_OP_RELAX = 15, /* cpu */
	/* The next alloc_queue() fails. Done by the host: no subject sees it. */
	IOPT_OP_FAIL_FQ = 16,
	IOPT_OP_TICK = 17, /* len: ms */
	IOPT_OP_RESERVE = 18, /* iova len */
	IOPT_OP_KINDS = 19, /* one past the last of version 1 */

	/*
	 * Version 2. What the language's version 2 means by dma_map, dma_map_sg
	 * and dma_unmap: the entry points that drivers call. DMA_MAP,
	 * DMA_MAP_SG and DMA_UNMAP stay what they are below these, and one domain
	 * is given one kind or the other. All take has_limit and limit but for
	 * the unmap.
	 */
	IOPT_OP_DMA_MAP_PHYS = 19, /* dma_map_phys(): handle pa len dir attrs cpu */
	IOPT_OP_DMA_MAP_SG_ATTRS = 20, /* dma_map_sg_attrs(): handle dir cpu pieces piece_count */
	/* dma_unmap_phys() with the handle's attributes, or dma_unmap_sg(): handle cpu */
	IOPT_OP_DMA_UNMAP_PHYS_OR_SG = 21,
	/* Mappings in two steps. `offset` and `len` are taken as they are. */
	IOPT_OP_DMA_IOVA_ALLOC = 22, /* dma_iova_try_alloc(): handle pa len has_limit limit cpu */
	IOPT_OP_DMA_IOVA_LINK = 23, /* dma_iova_link(): handle offset pa len dir attrs */
	IOPT_OP_DMA_IOVA_SYNC = 24, /* dma_iova_sync(): handle offset len */
	IOPT_OP_DMA_IOVA_UNLINK = 25, /* dma_iova_unlink(): handle offset len */
	IOPT_OP_DMA_IOVA_DESTROY = 26, /* dma_iova_destroy(): handle len (mapped_len) cpu */
	IOPT_OP_DMA_IOVA_FREE = 27, /* dma_iova_free(): handle cpu */
	IOPT_OP_KINDS_2 = 28, /* one past the last of version 2 */
};

/* IOMMU_READ and its kin; the values are this ABI's own. */
enum iopt_prot {
	IOPT_PROT_READ = 1 << 0,
	IOPT_PROT_WRITE = 1 << 1,
	IOPT_PROT_CACHE = 1 << 2,
	IOPT_PROT_NOEXEC = 1 << 3,
	IOPT_PROT_MMIO = 1 << 4,
	IOPT_PROT_PRIV = 1 << 5,
};

/* enum dma_data_direction */
enum iopt_direction {
	IOPT_BIDIRECTIONAL = 0,
	IOPT_TO_DEVICE = 1,
	IOPT_FROM_DEVICE = 2,
};

/* DMA_ATTR_* of one buffer, version 2. */
enum iopt_attr {
	IOPT_ATTR_MMIO = 1 << 0,
	IOPT_ATTR_REQUIRE_COHERENT = 1 << 1,
	IOPT_ATTR_PRIVILEGED = 1 << 2,
};

#define IOPT_GATHER_COUNT 4u
#define IOPT_HANDLE_COUNT 65536u

/* One piece of a scatterlist, bytes. An array's element, so it never grows. */
struct iopt_piece {
	uint64_t pa;
	uint64_t len;
};

struct iopt_op {
	uint32_t size; /* sizeof(struct iopt_op) */
	uint32_t kind; /* enum iopt_op_kind */
	uint64_t iova;
	uint64_t pa;
	uint64_t len;
	uint32_t prot; /* enum iopt_prot bits */
	uint32_t gather; /* 0 to IOPT_GATHER_COUNT - 1 */
	uint32_t flag; /* 0 or 1; see the kind */
	uint32_t handle; /* 0 to IOPT_HANDLE_COUNT - 1 */
	uint32_t dir; /* enum iopt_direction */
	uint32_t cpu; /* below iopt_dma_config.cpus */
	const struct iopt_piece *pieces; /* valid during the call only */
	uint64_t piece_count;
	/* Version 2; only kinds from IOPT_OP_DMA_MAP_PHYS on look at them. */
	uint64_t offset; /* into the range that IOPT_OP_DMA_IOVA_ALLOC took, bytes */
	uint64_t limit; /* with has_limit: the DMA mask of another device on this domain */
	uint32_t has_limit; /* 0 or 1 */
	uint32_t attrs; /* enum iopt_attr bits */
};

/* What version 1 has, and every later one. */
enum { IOPT_OP_SIZE_1 = offsetof(struct iopt_op, offset) };

/* ---------------------------------------------------------------- the log */

/*
 * What a subject does, in order. One record is a header word, kind | count <<
 * 32, and then count argument words. Two subjects agree on an operation when
 * their records (stores left out) are the same words. The harness empties the
 * log before each open() and run().
 *
 * An operation's records stand in the order in which things happened. Then
 *   RET     for every kind but GATHER, IOTLB_SYNC, FLUSH, TICK, RESERVE,
 *           DMA_IOVA_UNLINK, DMA_IOVA_DESTROY, DMA_IOVA_FREE and an operation
 *           that wrote SKIP;
 *   GATHER  for every kind that names a gather: what it is now.
 * Changed table words are no records: the harness finds them by itself.
 *
 * RET's value is for
 *   MAP, MAP_RANGE          0 or a negative errno; `mapped` is what stays
 *                           mapped (after a MAP that failed, and unwound: 0)
 *   UNMAP, UNMAP_FAST,
 *   DMA_UNMAP,
 *   DMA_UNMAP_PHYS_OR_SG    the bytes unmapped
 *   IOVA_TO_PHYS            the address, 0 when there is none
 *   SET_DIRTY, RELAX,
 *   READ_AND_CLEAR_DIRTY,
 *   DMA_IOVA_LINK,
 *   DMA_IOVA_SYNC           0 or a negative errno
 *   DMA_MAP, DMA_MAP_SG,
 *   DMA_MAP_PHYS,
 *   DMA_MAP_SG_ATTRS        the DMA address, or ~0 (DMA_MAPPING_ERROR)
 *   DMA_IOVA_ALLOC          the DMA address, or ~0 for none
 */
enum iopt_event {
	/* Written by the host's services; a subject never writes these itself. */
	IOPT_EVENT_ALLOC = 1, /* pa size */
	IOPT_EVENT_ALLOC_FAIL = 2, /* */
	IOPT_EVENT_FREE = 3, /* pa */

	/* Written by the subject. */
	IOPT_EVENT_INCOHERENT = 4, /* pa on (1) or off (0) */
	IOPT_EVENT_CLEAN = 5, /* pa len */
	IOPT_EVENT_TOP = 6, /* pa level */
	/*
	 * start last, then the freelist's pages in order: the driver's iotlb_sync
	 * was called. The subject gives those pages back after it, in that order.
	 */
	IOPT_EVENT_SYNC = 7,
	IOPT_EVENT_FLUSH_ALL = 8, /* the driver's flush_iotlb_all was called */
	IOPT_EVENT_DIRTY = 9, /* iova len: one range was recorded dirty */
	/* A violated expectation; the host writes it for a table that is too large. */
	IOPT_EVENT_WARN = 10,
	/*
	 * value mapped. value is a byte count, an address, or a negative errno
	 * as two's complement; mapped counts for map and map_range, else 0.
	 */
	IOPT_EVENT_RET = 11,
	/* pgsizes first last top level features va_lg2 oa_lg2, once, from open() */
	IOPT_EVENT_INFO = 12,
	IOPT_EVENT_IOVA_ALLOC = 13, /* iova len */
	IOPT_EVENT_IOVA_NONE = 14, /* len */
	IOPT_EVENT_IOVA_FREE = 15, /* iova len */
	IOPT_EVENT_QUEUE = 16, /* cpu iova len counter, then pages in order */
	IOPT_EVENT_TIMER_ON = 17, /* ms */
	IOPT_EVENT_TIMER_FIRE = 18, /* ms */
	IOPT_EVENT_SKIP = 19, /* the handle was in the wrong state; the only record then */
	IOPT_EVENT_DEPOT_WORK = 20, /* ms */
	/*
	 * gather start last queued, then the freelist's pages in order. An empty
	 * gather has start ~0 and last 0.
	 */
	IOPT_EVENT_GATHER = 21,
	/*
	 * Table words written: pa of the first word, count of words, value of
	 * the first, amount by which each next word is larger. Only when
	 * log->stores is set, and in the order in which the hardware could see
	 * the words: not the records are compared (one may tell a run, or
	 * several a word each) but what table memory has become by them, at
	 * each of the other records.
	 */
	IOPT_EVENT_STORE = 22,
	IOPT_EVENT_KINDS = 23, /* one past the last of version 1 */

	/* Version 2. */
	IOPT_EVENT_SYNC_MAP = 23, /* start len: the driver's iotlb_sync_map was called */
	/*
	 * leaves tables: bitmaps of the levels at which the gather in the very
	 * next record, SYNC or GATHER, has unmapped leaves and removed tables.
	 * With IOPT_FEATURE_DETAILED_GATHER in force each of those has one before
	 * it, of zeros too; without it none has.
	 */
	IOPT_EVENT_LEVELS = 24,
	/* cpu: the virtual CPU whose records follow. Written by the host alone, never compared. */
	IOPT_EVENT_CPU = 25,
	IOPT_EVENT_KINDS_2 = 26, /* one past the last of version 2 */
};

/* Do two subjects have to agree on records of this kind? */
static inline int iopt_event_is_compared(uint32_t kind)
{
	return kind != IOPT_EVENT_STORE && kind != IOPT_EVENT_CPU;
}

struct iopt_log {
	uint64_t *words;
	uint64_t count; /* words in use */
	uint64_t capacity; /* words there is room for */
	/* Makes room for at least `more` words past count; never fails (aborts). */
	void (*grow)(struct iopt_log *log, uint64_t more);
	uint32_t stores; /* 1: write IOPT_EVENT_STORE records; set before open() */
	union {
		uint32_t size; /* sizeof(struct iopt_log); 0 from a version 1 host: it ends here */
		uint32_t reserved; /* what version 1 called it */
	};
};

static inline uint64_t iopt_event_header(uint32_t kind, uint32_t count)
{
	return (uint64_t)kind | (uint64_t)count << 32;
}

static inline uint64_t *iopt_log_room(struct iopt_log *log, uint64_t words)
{
	if (__builtin_expect(log->capacity - log->count < words, 0))
		log->grow(log, words);
	return log->words + log->count;
}

static inline void iopt_log0(struct iopt_log *log, uint32_t kind)
{
	iopt_log_room(log, 1)[0] = iopt_event_header(kind, 0);
	log->count += 1;
}

static inline void iopt_log1(struct iopt_log *log, uint32_t kind, uint64_t a)
{
	uint64_t *w = iopt_log_room(log, 2);

	w[0] = iopt_event_header(kind, 1);
	w[1] = a;
	log->count += 2;
}

static inline void iopt_log2(struct iopt_log *log, uint32_t kind, uint64_t a, uint64_t b)
{
	uint64_t *w = iopt_log_room(log, 3);

	w[0] = iopt_event_header(kind, 2);
	w[1] = a;
	w[2] = b;
	log->count += 3;
}

/*
 * Records with a list at the end: begin, then one iopt_log_word() for each
 * argument and each page, then end with what begin returned. Nothing that
 * writes a record, and none of the scheduler's services, may come in between.
 */
static inline uint64_t iopt_log_begin(struct iopt_log *log, uint32_t kind)
{
	iopt_log_room(log, 1)[0] = iopt_event_header(kind, 0);
	return log->count++;
}

static inline void iopt_log_word(struct iopt_log *log, uint64_t word)
{
	iopt_log_room(log, 1)[0] = word;
	log->count += 1;
}

static inline void iopt_log_end(struct iopt_log *log, uint64_t begun)
{
	log->words[begun] |= (log->count - begun - 1) << 32;
}

/* Says that table words were written; costs one test when nobody asked. */
static inline void iopt_log_store(struct iopt_log *log, uint64_t pa, uint64_t count,
				  uint64_t value, uint64_t stride)
{
	uint64_t *w;

	if (__builtin_expect(!log->stores, 1))
		return;
	w = iopt_log_room(log, 5);
	w[0] = iopt_event_header(IOPT_EVENT_STORE, 4);
	w[1] = pa;
	w[2] = count;
	w[3] = value;
	w[4] = stride;
	log->count += 5;
}

/* ------------------------------------------------------- the host's services */

/*
 * Places where the kernel's ordering matters. A subject calls host->yield at
 * each, when it is not null; the host may run another virtual CPU there.
 */
enum iopt_point {
	IOPT_POINT_FQ_DOMAIN_READ = 1, /* before the unmap asks whether a queue is in force */
	IOPT_POINT_FQ_DOMAIN_PUBLISH = 2, /* before the queue is published */
	IOPT_POINT_FQ_LOCK = 3, /* before a ring's lock is taken */
	IOPT_POINT_FQ_UNLOCK = 4, /* after a ring's lock was left */
	IOPT_POINT_FLUSH_START = 5, /* before the count of started flushes rises */
	IOPT_POINT_FLUSH_IOTLB = 6, /* between that and flush_iotlb_all */
	IOPT_POINT_FLUSH_FINISH = 7, /* before the count of finished flushes rises */
	IOPT_POINT_TIMER_TEST = 8, /* before the timer flag is read */
	IOPT_POINT_TIMER_SET = 9, /* between the read and the exchange */
	IOPT_POINT_IOVA_HANDOVER = 10, /* before an IOVA goes back to the allocator */
	IOPT_POINT_TABLE_INSTALL = 11, /* before the compare-exchange of a table pointer */
	IOPT_POINT_TOP_CHANGE = 12, /* before the top of the table is replaced */
	/* Version 2: after an unmap cleared its words, before the strict sync that follows. */
	IOPT_POINT_STRICT_SYNC = 13,
};

/* Memory that virtual CPUs share and whose order of access matters. */
enum iopt_cell {
	IOPT_CELL_FQ_DOMAIN = 1,
	IOPT_CELL_FLUSH_START_COUNT = 2,
	IOPT_CELL_FLUSH_FINISH_COUNT = 3,
	IOPT_CELL_TIMER_ON = 4,
	IOPT_CELL_TABLE_WORD = 5, /* the address is in the arena */
	IOPT_CELL_TOP_OF_TABLE = 6,
	IOPT_CELL_OTHER = 7, /* version 2: any other word, told apart by its address */
};

enum iopt_lock {
	IOPT_LOCK_FQ = 1, /* index: the ring's CPU */
	IOPT_LOCK_TOP = 2,
	IOPT_LOCK_IOVA_TREE = 3,
	IOPT_LOCK_IOVA_CPU = 4, /* index: CPU */
	IOPT_LOCK_IOVA_DEPOT = 5, /* index: size class */
	IOPT_LOCK_RELAX = 6, /* version 2: around RELAX, as the group's mutex */
	IOPT_LOCK_OTHER = 7, /* version 2: lock_at() only, told apart by its address */
};

enum iopt_order {
	IOPT_RELAXED = 0,
	IOPT_ACQUIRE = 1,
	IOPT_RELEASE = 2,
	IOPT_ACQ_REL = 3,
	IOPT_SEQ_CST = 4, /* version 2 */
};

/*
 * The host. Members past `log` up to the optional ones are always set; an
 * optional service that is null means: do the plain thing inline. They do not
 * change while a domain is open.
 *
 * With the scheduler's services set, yield, lock and unlock may return after
 * another virtual CPU was run: run() is then entered again, for another
 * operation on the same state, before this one has returned. Only one virtual
 * CPU runs at a time, and the host knows which, so that plain C suffices
 * between two calls; what must be in order across them goes through a cell or
 * stands under a lock. Each run has a stack of its own; the log is shared, so
 * no record may be half written when a service is called.
 */
struct iopt_host {
	uint32_t size; /* sizeof(struct iopt_host) as the harness has it */
	uint32_t abi_version; /* IOPT_ABI_VERSION */
	uint8_t *arena; /* virtual address of IOPT_ARENA_BASE */
	struct iopt_log *log; /* where records go; the same one while the domain is open */
	/*
	 * A zeroed table of `bytes` (rounded up to a power of two of at least
	 * one slot), aligned to its size. Returns its physical address, or 0
	 * when it failed. Logs alloc or alloc_fail (and warn).
	 */
	uint64_t (*alloc_table)(struct iopt_host *host, uint64_t bytes);
	/* Gives back a table by the address that alloc_table returned. Logs free. */
	void (*free_table)(struct iopt_host *host, uint64_t pa);
	/*
	 * May a flush queue be allocated now? 1 yes, 0: fail as with ENOMEM. Asked
	 * once for each queue, when it would be allocated: by open() with
	 * IOPT_DMA_FQ, by RELAX. The memory is the subject's own.
	 */
	uint32_t (*alloc_queue)(struct iopt_host *host);

	/* Optional: the scheduler. All of these are set, or none. */
	void (*yield)(struct iopt_host *host, uint32_t point);
	void (*lock)(struct iopt_host *host, uint32_t lock, uint32_t index);
	void (*unlock)(struct iopt_host *host, uint32_t lock, uint32_t index);
	uint64_t (*load)(struct iopt_host *host, uint32_t cell, uint64_t *address, uint32_t order);
	void (*store)(struct iopt_host *host, uint32_t cell, uint64_t *address, uint64_t value,
		      uint32_t order);
	/* Returns what was there before; it was replaced when that equals expected. */
	uint64_t (*compare_exchange)(struct iopt_host *host, uint32_t cell, uint64_t *address,
				     uint64_t expected, uint64_t desired, uint32_t order);

	/*
	 * Version 2, optional: the scheduler for code that has more locks and
	 * shared words than there are numbers. All of these six are set, or
	 * none, and only with the six above. They are the same locks and cells:
	 * what is given a number and an address here is one with what is given
	 * the address there. `bytes` is 1, 2, 4 or 8, aligned.
	 */
	void (*lock_at)(struct iopt_host *host, uint32_t lock, const void *address);
	void (*unlock_at)(struct iopt_host *host, uint32_t lock, const void *address);
	uint64_t (*load_at)(struct iopt_host *host, uint32_t cell, const void *address,
			    uint32_t bytes, uint32_t order);
	void (*store_at)(struct iopt_host *host, uint32_t cell, void *address, uint32_t bytes,
			 uint64_t value, uint32_t order);
	uint64_t (*compare_exchange_at)(struct iopt_host *host, uint32_t cell, void *address,
					uint32_t bytes, uint64_t expected, uint64_t desired,
					uint32_t order);
	void (*fence)(struct iopt_host *host, uint32_t order);
	/*
	 * Version 2, optional: a line of text, without the line's end, on the
	 * record that is written next: where a warning comes from, "file:line".
	 * The host copies it; it is shown, never compared.
	 */
	void (*note)(struct iopt_host *host, const char *text);
};

/* What version 1 has, and every later one. */
enum { IOPT_HOST_SIZE_1 = offsetof(struct iopt_host, lock_at) };

static inline uint64_t *iopt_table_at(const struct iopt_host *host, uint64_t pa)
{
	return (uint64_t *)(void *)(host->arena + (pa - IOPT_ARENA_BASE));
}

/* -------------------------------------------------------------- the subject */

enum iopt_status {
	IOPT_DONE = 0,
	/*
	 * The code modelled here would have run away, faulted or hit a BUG. The
	 * operation's records are dropped and the domain is closed without
	 * another look at its tables.
	 */
	IOPT_CRASHED = 1,
	/* open() only: initialisation failed; a RET record holds the errno. */
	IOPT_FAILED = 2,
	/*
	 * This subject cannot do what was asked (a format, the DMA layer, its
	 * own page memory, a number that it does not know); iopt_subject.refusal
	 * says why. Nothing was done and nothing was logged. The harness reports
	 * it as such: it is no verdict on the kernel's behaviour.
	 */
	IOPT_REFUSED = 3,
};

/* Parts of the language, bits of iopt_capabilities.layers. */
enum iopt_layer {
	IOPT_LAYER_PAGE_TABLE = 1 << 0, /* domains without a `dma` line */
	IOPT_LAYER_DMA = 1 << 1, /* domains with one */
	IOPT_LAYER_TWO_STEP = 1 << 2, /* IOPT_OP_DMA_IOVA_* on them */
};

/* What a configuration or an operation may have beyond the plain, bits of iopt_capabilities.options. */
enum iopt_option {
	IOPT_OPTION_PGSIZES = 1 << 0, /* iopt_config.pgsizes other than all ones */
	IOPT_OPTION_SME_MASK = 1 << 1, /* iopt_config.sme_mask */
	IOPT_OPTION_PCI32 = 1 << 2, /* iopt_dma_config.pci32 */
	IOPT_OPTION_SYNC_MAP = 1 << 3, /* iopt_config.sync_map */
	IOPT_OPTION_MAGAZINE = 1 << 4, /* iopt_config.dma_magazine */
	IOPT_OPTION_FAIL_MAGAZINE = 1 << 5, /* iopt_config.dma_fail_magazine */
	IOPT_OPTION_LIMIT = 1 << 6, /* iopt_op.has_limit */
	IOPT_OPTION_ROWS = 1 << 7, /* iopt_config.rows */
	IOPT_OPTION_POLICY = 1 << 8, /* iopt_config.policy */
};

/* Which of the host's optional services a subject calls, bits of iopt_capabilities.services. */
enum iopt_service {
	IOPT_SERVICE_YIELD = 1 << 0,
	IOPT_SERVICE_LOCK = 1 << 1, /* lock and unlock */
	IOPT_SERVICE_CELL = 1 << 2, /* load, store and compare_exchange */
	IOPT_SERVICE_AT = 1 << 3, /* lock_at and the five that follow it */
	IOPT_SERVICE_NOTE = 1 << 4,
};

/*
 * What a subject can do: the harness makes only such scenarios for it, and
 * counts what it leaves out. What a subject states and cannot do is refused by
 * it as before; what it can do and does not state is never made, but run when a
 * file asks for it. A mask of numbers has the bit 1 << number.
 */
struct iopt_capabilities {
	uint32_t size; /* sizeof(struct iopt_capabilities) */
	uint32_t stores; /* 1: writes STORE records; 0: is compared without them */
	uint32_t formats; /* mask of enum iopt_format */
	uint32_t features; /* enum iopt_feature bits */
	uint32_t features_required; /* of them, those that it insists on where a format has them */
	uint32_t builds; /* mask of enum iopt_build */
	uint32_t gathers; /* mask of enum iopt_gather_revision */
	uint32_t kernels; /* mask of enum iopt_kernel */
	uint32_t layers; /* enum iopt_layer bits */
	uint32_t options; /* enum iopt_option bits */
	uint64_t operations; /* mask of enum iopt_op_kind; those that the host does don't count */
	uint32_t prot; /* enum iopt_prot bits */
	uint32_t attrs; /* enum iopt_attr bits */
	uint32_t queues; /* mask of enum iopt_queue_kind */
	uint32_t modes; /* mask of enum iopt_dma_mode */
	uint32_t cpus; /* at most; 0: as many as there can be */
	uint32_t services; /* enum iopt_service bits */
	uint64_t points; /* mask of enum iopt_point at which it yields */
	uint32_t va_min; /* widths that it takes, bits; a maximum of 0: all */
	uint32_t va_max;
	uint32_t oa_min;
	uint32_t oa_max;
};

/* What version 2 has, where the struct begins. */
enum { IOPT_CAPABILITIES_SIZE_2 = offsetof(struct iopt_capabilities, oa_max) + sizeof(uint32_t) };

struct iopt_subject {
	uint32_t size; /* sizeof(struct iopt_subject) */
	uint32_t abi_version; /* IOPT_ABI_VERSION */
	const char *name; /* one word, for reports */
	const char *version; /* free text */

	/*
	 * Opens a domain. The host and its log outlive the domain; config only
	 * the call. On IOPT_DONE *state is the domain, and an INFO record was
	 * written after those of the top table (ALLOC, INCOHERENT); the DMA
	 * layer's set-up writes none. On IOPT_FAILED a RET record holds the
	 * negative errno. IOPT_CRASHED after the INFO record says that the DMA
	 * layer's set-up crashed, on a domain that had come up; IOPT_FAILED with
	 * a RET record after INFO that it failed (dma_fail_magazine). Unless it returns
	 * IOPT_DONE, *state is not used and close() not called. Several domains may be open
	 * at once, and a process may load several subjects: no mutable globals.
	 */
	uint32_t (*open)(struct iopt_host *host, const struct iopt_config *config, void **state);
	/* Runs one operation. Returns IOPT_DONE, IOPT_CRASHED or IOPT_REFUSED. */
	uint32_t (*run)(void *state, const struct iopt_op *op);
	/* Frees what the subject itself holds. Must not touch tables or the host. */
	void (*close)(void *state);

	/*
	 * Optional (may be null): frees every table that the domain still
	 * holds through the host, as the kernel's deinit does, including those
	 * that wait on a flush queue but not those on a gather. The harness
	 * calls it at most once, before close, to look for leaks; what it logs is
	 * compared with nothing.
	 */
	void (*teardown)(void *state);
	/*
	 * Optional: why the last open() or run() of this thread was refused; the
	 * text stays valid until the next call.
	 */
	const char *(*refusal)(void);

	/*
	 * Version 2, optional: what it can do. Without it a subject is taken to
	 * do all of version 1's language, and to log its stores.
	 */
	const struct iopt_capabilities *capabilities;
};

/* What version 1 has, and every later one. */
enum { IOPT_SUBJECT_SIZE_1 = offsetof(struct iopt_subject, capabilities) };

/*
 * A plug-in is a shared object that exports this function. It returns a
 * pointer that stays valid while the object is loaded.
 */
typedef const struct iopt_subject *(*iopt_subject_entry_fn)(void);

#endif
