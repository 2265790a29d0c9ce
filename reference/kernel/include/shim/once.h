/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ours on purpose: single accesses to memory, and barriers. Writes of table
 * memory become store records; with the scheduler's services each goes through
 * the host, by address.
 */
#ifndef SHIM_ONCE_H
#define SHIM_ONCE_H

/* The host's way is taken rarely: out of line, it keeps no function from being inlined. */
#define SHIM_RARE noinline __attribute__((__cold__, __unused__))

#define SHIM_CELL(address) (shim_in_arena(address) ? IOPT_CELL_TABLE_WORD : IOPT_CELL_OTHER)

static SHIM_RARE unsigned long shim_load(const volatile void *address, unsigned int bytes,
					 unsigned int order)
{
	struct shim_context *context = shim_current;
	struct shim_own own = shim_keep(context);
	unsigned long value = context->host->load_at(context->host, SHIM_CELL(address),
						     (const void *)address, bytes, order);

	shim_put_back(context, &own);
	return value;
}

static SHIM_RARE void shim_store(volatile void *address, unsigned int bytes, unsigned long value,
				 unsigned int order)
{
	struct shim_context *context = shim_current;
	struct shim_own own = shim_keep(context);

	context->host->store_at(context->host, SHIM_CELL(address), (void *)address, bytes, value,
				order);
	shim_put_back(context, &own);
}

#define SHIM_LOAD(x, order)                                                \
	(unlikely(shim_is_scheduled()) ?                                   \
		 (typeof(x))shim_load(&(x), sizeof(x), order) :            \
		 *(const volatile typeof(x) *)&(x))

#define SHIM_STORE(x, value, order)                                                   \
	do {                                                                          \
		volatile typeof(x) *shim_at = &(x);                                   \
		typeof(x) shim_new = (value);                                         \
		if (likely(!shim_watched)) {                                          \
			*shim_at = shim_new;                                          \
			break;                                                        \
		}                                                                     \
		if (shim_is_scheduled())                                              \
			shim_store(shim_at, sizeof(x), (unsigned long)shim_new, order); \
		else                                                                  \
			*shim_at = shim_new;                                          \
		shim_stored(shim_at, 1, (unsigned long)shim_new);                     \
	} while (0)

#define READ_ONCE(x) SHIM_LOAD(x, IOPT_RELAXED)
#define WRITE_ONCE(x, value) SHIM_STORE(x, value, IOPT_RELAXED)
#define smp_load_acquire(pointer) SHIM_LOAD(*(pointer), IOPT_ACQUIRE)
#define smp_store_release(pointer, value) SHIM_STORE(*(pointer), value, IOPT_RELEASE)

#define rcu_assign_pointer(pointer, value) smp_store_release(&(pointer), value)
#define rcu_dereference_raw(pointer) READ_ONCE(pointer)

static SHIM_RARE void shim_fence_at_host(unsigned int order)
{
	struct shim_context *context = shim_current;
	struct shim_own own = shim_keep(context);

	context->host->fence(context->host, order);
	shim_put_back(context, &own);
}

static inline void shim_fence(unsigned int order)
{
	if (shim_is_scheduled())
		shim_fence_at_host(order);
	else
		barrier();
}

#define smp_mb() shim_fence(IOPT_SEQ_CST)
#define smp_rmb() shim_fence(IOPT_ACQUIRE)
#define smp_wmb() shim_fence(IOPT_RELEASE)
#define mb() smp_mb()
#define rmb() smp_rmb()
#define wmb() smp_wmb()
#define dma_wmb() smp_wmb()
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()

/*
 * One thread runs at a time, so a plain compare and store is the exchange;
 * the host does it where there are virtual CPUs.
 */
static SHIM_RARE unsigned long shim_exchange(volatile void *address, unsigned int bytes,
					     unsigned long expected, unsigned long desired,
					     unsigned int order)
{
	struct shim_context *context = shim_current;
	struct shim_own own = shim_keep(context);
	unsigned long found = context->host->compare_exchange_at(
		context->host, SHIM_CELL(address), (void *)address, bytes, expected, desired, order);

	shim_put_back(context, &own);
	return found;
}

#define SHIM_TRY_CMPXCHG(pointer, expected, desired, order)                              \
	({                                                                               \
		typeof(*(pointer)) *shim_at = (pointer);                                 \
		typeof(*(pointer)) *shim_expected = (void *)(expected);                  \
		typeof(*(pointer)) shim_desired = (desired), shim_old;                   \
		bool shim_won;                                                           \
		if (unlikely(shim_is_scheduled())) {                                     \
			shim_old = (typeof(shim_old))shim_exchange(                      \
				shim_at, sizeof(*shim_at), (unsigned long)*shim_expected, \
				(unsigned long)shim_desired, order);                     \
			shim_won = shim_old == *shim_expected;                           \
		} else {                                                                 \
			shim_old = *(volatile typeof(shim_old) *)shim_at;                \
			shim_won = shim_old == *shim_expected;                           \
			if (shim_won)                                                    \
				*(volatile typeof(shim_old) *)shim_at = shim_desired;    \
		}                                                                        \
		if (shim_won && unlikely(shim_watched))                                  \
			shim_stored(shim_at, 1, (unsigned long)shim_desired);               \
		if (!shim_won)                                                           \
			*shim_expected = shim_old;                                       \
		shim_won;                                                                \
	})

#define SHIM_CMPXCHG(pointer, old, new, order)                           \
	({                                                               \
		typeof(*(pointer)) shim_was = (old);                     \
		SHIM_TRY_CMPXCHG(pointer, &shim_was, new, order);        \
		shim_was;                                                \
	})

#define try_cmpxchg(p, o, n) SHIM_TRY_CMPXCHG(p, o, n, IOPT_SEQ_CST)
#define try_cmpxchg64(p, o, n) SHIM_TRY_CMPXCHG(p, o, n, IOPT_SEQ_CST)
/* Where nothing was, a table is installed; what is there already gets a bit of software's. */
#define SHIM_POINT_OF_INSTALL(expected) \
	((void)(shim_yields() && !*(expected) ? (shim_yield(IOPT_POINT_TABLE_INSTALL), 0) : 0))
#define try_cmpxchg_release(p, o, n) \
	(SHIM_POINT_OF_INSTALL(o), SHIM_TRY_CMPXCHG(p, o, n, IOPT_RELEASE))
#define try_cmpxchg64_release(p, o, n) \
	(SHIM_POINT_OF_INSTALL(o), SHIM_TRY_CMPXCHG(p, o, n, IOPT_RELEASE))
#define try_cmpxchg_acquire(p, o, n) SHIM_TRY_CMPXCHG(p, o, n, IOPT_ACQUIRE)
#define try_cmpxchg64_acquire(p, o, n) SHIM_TRY_CMPXCHG(p, o, n, IOPT_ACQUIRE)
#define try_cmpxchg_relaxed(p, o, n) SHIM_TRY_CMPXCHG(p, o, n, IOPT_RELAXED)
#define try_cmpxchg64_relaxed(p, o, n) SHIM_TRY_CMPXCHG(p, o, n, IOPT_RELAXED)
#define cmpxchg(p, o, n) SHIM_CMPXCHG(p, o, n, IOPT_SEQ_CST)
#define cmpxchg64(p, o, n) SHIM_CMPXCHG(p, o, n, IOPT_SEQ_CST)
#define cmpxchg_release(p, o, n) SHIM_CMPXCHG(p, o, n, IOPT_RELEASE)
#define cmpxchg64_release(p, o, n) SHIM_CMPXCHG(p, o, n, IOPT_RELEASE)

#define atomic_read(v) READ_ONCE((v)->counter)
#define atomic_set(v, i) WRITE_ONCE((v)->counter, i)
#define atomic64_read(v) ((s64)READ_ONCE((v)->counter))
#define atomic64_set(v, i) WRITE_ONCE((v)->counter, i)

static inline int atomic_xchg(atomic_t *v, int value)
{
	int old = READ_ONCE(v->counter);

	while (!try_cmpxchg(&v->counter, &old, value))
		;
	return old;
}

static inline s64 atomic64_add_return(s64 value, atomic64_t *v)
{
	s64 old = READ_ONCE(v->counter);

	while (!try_cmpxchg(&v->counter, &old, old + value))
		;
	return old + value;
}

#define atomic64_inc(v) ((void)atomic64_add_return(1, v))
#define atomic64_inc_return(v) atomic64_add_return(1, v)
#define ATOMIC_INIT(i) { (i) }

#endif
