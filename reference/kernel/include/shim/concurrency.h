/* SPDX-License-Identifier: GPL-2.0-only */
/* Ours on purpose: locks, per-CPU data, timers and delayed work, all under virtual CPUs and time. */
#ifndef SHIM_CONCURRENCY_H
#define SHIM_CONCURRENCY_H

typedef struct spinlock {
	unsigned long held;
} spinlock_t;
typedef spinlock_t raw_spinlock_t;

#define DEFINE_SPINLOCK(name) spinlock_t name
#define spin_lock_init(lock) ((lock)->held = 0)
#define assert_spin_locked(lock) \
	((void)(unlikely(!(lock)->held) ? (shim_bug(__FILE__, __LINE__), 0) : 0))

/*
 * With virtual CPUs the host makes others wait. A lock that is held then, or without them, is taken by
 * who has it, and nobody ever goes on; one that is left twice was another's.
 */
static inline void shim_spin_lock(spinlock_t *lock, const char *file, int line)
{
	if (shim_is_scheduled())
		shim_lock(lock);
	if (unlikely(lock->held))
		shim_bug(file, line);
	lock->held = 1;
	shim_current->locks++;
}

static inline void shim_spin_unlock(spinlock_t *lock, const char *file, int line)
{
	if (unlikely(!lock->held))
		shim_bug(file, line);
	lock->held = 0;
	shim_current->locks--;
	if (shim_is_scheduled())
		shim_unlock(lock);
}

#define spin_lock(lock) shim_spin_lock(lock, __FILE__, __LINE__)
#define spin_unlock(lock) shim_spin_unlock(lock, __FILE__, __LINE__)
#define spin_lock_irqsave(lock, flags) ((flags) = 0, spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), spin_unlock(lock))
#define spin_lock_irq(lock) spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)

struct mutex {
	unsigned long held;
};
#define DEFINE_MUTEX(name) struct mutex name __maybe_unused
#define mutex_lock(lock) ((void)(lock))
#define mutex_unlock(lock) ((void)(lock))

/* Locks that go with the block that took them, by the names of their kinds. */
static inline spinlock_t *shim_guard_take(spinlock_t *lock, const char *file, int line)
{
	shim_spin_lock(lock, file, line);
	return lock;
}

static inline void shim_guard_leave(spinlock_t **lock)
{
	spin_unlock(*lock);
}

#define shim_guarding __attribute__((__cleanup__(shim_guard_leave), __unused__))
#define guard(kind) shim_guard_##kind
#define shim_guard_spinlock(lock) \
	spinlock_t *__PASTE(shim_guard_, __LINE__) shim_guarding = \
		shim_guard_take(lock, __FILE__, __LINE__)
#define shim_guard_spinlock_irq(lock) shim_guard_spinlock(lock)
#define shim_guard_spinlock_irqsave(lock) shim_guard_spinlock(lock)
#define shim_guard_mutex(lock) mutex_lock(lock)
#define scoped_guard(kind, lock) shim_scoped_##kind(lock)
#define shim_scoped_spinlock(lock) \
	for (spinlock_t *shim_scope shim_guarding = shim_guard_take(lock, __FILE__, __LINE__), \
		*shim_once = shim_scope; shim_once; shim_once = NULL)
#define shim_scoped_spinlock_irq(lock) shim_scoped_spinlock(lock)
#define shim_scoped_spinlock_irqsave(lock) shim_scoped_spinlock(lock)
#define shim_scoped_mutex(lock) \
	for (bool shim_once = (mutex_lock(lock), true); shim_once; shim_once = false)

void *shim_alloc_percpu(size_t size, size_t align, bool queue);

static inline size_t shim_percpu_stride(const void *base)
{
	return *(const size_t *)((const char *)base - SHIM_PERCPU_HEAD);
}

static inline void *shim_percpu(const void *base, unsigned int cpu)
{
	return (char *)base + cpu * shim_percpu_stride(base);
}

#ifndef SHIM_PERCPU_IS_QUEUE
#define SHIM_PERCPU_IS_QUEUE false
#endif
#define __alloc_percpu(size, align) shim_alloc_percpu(size, align, SHIM_PERCPU_IS_QUEUE)
#define free_percpu(base) \
	do {                                                                                \
		if (base)                                                                   \
			shim_free((const char *)(base) - SHIM_PERCPU_HEAD);                 \
	} while (0)
#define per_cpu_ptr(base, cpu) ((typeof(base))shim_percpu(base, cpu))
#define raw_cpu_ptr(base) per_cpu_ptr(base, shim_current->cpu)
#define this_cpu_ptr(base) raw_cpu_ptr(base)
#define for_each_possible_cpu(i) for ((i) = 0; (unsigned int)(i) < shim_current->cpus; (i)++)
#define for_each_online_cpu(i) for_each_possible_cpu(i)
#define num_online_cpus() (shim_current->cpus)
#define num_possible_cpus() (shim_current->cpus)
#define smp_processor_id() (shim_current->cpu)
#define cache_line_size() 64
#define CPUHP_IOMMU_IOVA_DEAD 1
#define cpuhp_state_add_instance_nocalls(state, node) ((void)(node), 0)
#define cpuhp_state_remove_instance_nocalls(state, node) ((void)(node))
#define cpuhp_setup_state_multi(state, name, up, down) ((void)(down), 0)
#define cpuhp_remove_multi_state(state) ((void)0)

/* One jiffy is one millisecond of virtual time. */
#define HZ 1000
#define jiffies ((unsigned long)shim_current->now)
#define msecs_to_jiffies(ms) ((unsigned long)(ms))

struct timer_list {
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	bool pending;
};
#define timer_setup(timer, callback, flags) \
	((timer)->function = (callback), (timer)->pending = false)
#define timer_container_of(variable, timer, field) \
	container_of(timer, typeof(*(variable)), field)
#define from_timer(variable, timer, field) timer_container_of(variable, timer, field)
int mod_timer(struct timer_list *timer, unsigned long expires);
int timer_delete_sync(struct timer_list *timer);
#define del_timer_sync(timer) timer_delete_sync(timer)

struct work_struct {
	void (*func)(struct work_struct *work);
};
struct delayed_work {
	struct work_struct work;
	struct delayed_work *next; /* in the order in which they were scheduled */
	unsigned long due;
	bool pending;
};
#define INIT_DELAYED_WORK(delayed, function) \
	((delayed)->work.func = (function), (delayed)->pending = false)
bool schedule_delayed_work(struct delayed_work *work, unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *work);

#endif
