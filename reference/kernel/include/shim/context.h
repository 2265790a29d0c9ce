/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ours on purpose: the domain whose operation this thread runs. Kernel code
 * reaches its primitives without an argument that could name a domain, so each
 * entry from the harness names it here first.
 */
#ifndef SHIM_CONTEXT_H
#define SHIM_CONTEXT_H

#include "iopt_subject.h"

struct page;
struct timer_list;
struct delayed_work;
struct shim_allocation;

/* What the primitives need at hand; struct shim_domain (glue/domain.h) begins with it. */
struct shim_context {
	unsigned char *arena; /* virtual address of IOPT_ARENA_BASE */
	struct iopt_log *log;
	struct iopt_host *host;
	struct page *pages; /* descriptors by slot, IOPT_SLOT_COUNT */
	unsigned long slots; /* descriptors from here on were never handed out */
	unsigned int watched; /* what shim_watched is while the domain runs */
	unsigned int cpu; /* the virtual CPU that runs */
	unsigned int cpus;
	unsigned int shifted; /* an undefined shift was seen in this operation */
	unsigned int past_shift; /* tables asked for in it since then */
	unsigned int locks; /* locks that it holds */
	unsigned int atomic; /* it may come from where nobody may sleep */
	unsigned int running; /* an operation (1), or the domain's opening (0) */
	uint64_t sme_mask; /* the bit that memory encryption sets */
	uint64_t unmapped; /* bytes that the last unmap of the DMA layer removed */
	void *jump; /* where a crash lands */
	struct timer_list *timer; /* the one that is armed */
	struct delayed_work *work; /* in the order in which it was scheduled */
	struct shim_allocation *allocations; /* what the kernel's allocator handed out */
	uint64_t now; /* virtual time, ms */
};

/*
 * What a thread runs. `watched` says who watches each access of the domain that runs: the log wants
 * stores, the host gave the services by address, or the one for points. It is beside the context, so that the usual answer,
 * nobody, costs one comparison. Nothing changes the two while an operation runs: to the kernel's code
 * they are constants, so that a loop over entries asks once.
 */
struct shim_thread {
	struct shim_context *context;
	unsigned int watched;
};
enum { SHIM_STORES = 1, SHIM_SCHEDULED = 2, SHIM_YIELDS = 4 };
#ifdef SHIM_ENTERS /* in what sets them */
#define SHIM_CONSTANT
#else
#define SHIM_CONSTANT const
#endif
extern SHIM_CONSTANT _Thread_local struct shim_thread shim_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));
#define shim_current (shim_thread.context)
#define shim_watched (shim_thread.watched)
#define shim_is_scheduled() __builtin_expect(shim_watched & SHIM_SCHEDULED, 0)
#define shim_yields() __builtin_expect(shim_watched & SHIM_YIELDS, 0)
/* Lets the host run another virtual CPU, at this enum iopt_point. */
#define shim_point(point) ((void)(shim_yields() ? (shim_yield(point), 0) : 0))

/*
 * What is one operation's own in the context. A service of the scheduler may return after another
 * virtual CPU has entered, with words of its own: whoever calls one keeps these, and puts them back.
 */
struct shim_own {
	unsigned int cpu, shifted, past_shift, locks, atomic;
	uint64_t unmapped;
	void *jump;
};

static inline struct shim_own shim_keep(const struct shim_context *context)
{
	return (struct shim_own){
		.cpu = context->cpu,
		.shifted = context->shifted,
		.past_shift = context->past_shift,
		.locks = context->locks,
		.atomic = context->atomic,
		.unmapped = context->unmapped,
		.jump = context->jump,
	};
}

static inline void shim_put_back(struct shim_context *context, const struct shim_own *own)
{
	context->cpu = own->cpu;
	context->shifted = own->shifted;
	context->past_shift = own->past_shift;
	context->locks = own->locks;
	context->atomic = own->atomic;
	context->unmapped = own->unmapped;
	context->jump = own->jump;
}

/* In front of each per-CPU allocation, bytes: the distance between two CPUs' parts stands there. */
#define SHIM_PERCPU_HEAD 64ul

#define SHIM_ARENA_BYTES ((unsigned long)IOPT_SLOT_COUNT << IOPT_SLOT_LG2)

/* The bytes from the arena's start to `address`; past its end for all that is not table memory. */
static inline unsigned long shim_arena_offset(const volatile void *address)
{
	return (unsigned long)address - (unsigned long)shim_current->arena;
}

static inline int shim_in_arena(const volatile void *address)
{
	return shim_arena_offset(address) < SHIM_ARENA_BYTES;
}

/*
 * Words of table memory were written, all the same: said after the write, in their order. Out of line,
 * it keeps no function from being inlined.
 */
static __attribute__((__noinline__, __unused__)) void
shim_stored(volatile void *address, unsigned long count, unsigned long value)
{
	struct shim_context *context = shim_current;

	if (shim_watched & SHIM_STORES && shim_in_arena(address))
		iopt_log_store(context->log, IOPT_ARENA_BASE + shim_arena_offset(address), count,
			       value, 0);
}

void shim_yield(unsigned int point);
void shim_lock(const void *lock);
void shim_unlock(const void *lock);
void shim_warn(const char *file, int line);
/* A line for the record that comes next, or for the crash. */
void shim_note(const char *text);
void shim_bug(const char *file, int line) __attribute__((__noreturn__));
void shim_crash(void) __attribute__((__noreturn__));

#endif
