/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual time in milliseconds, which wraps, and what falls due in it (kernel:
 * kernel/time/timer.c and the delayed work of kernel/workqueue.c).
 */
#ifndef LOCKSTEP_TIMER_H
#define LOCKSTEP_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Who goes first among those due at the same time. */
enum timer_rank {
	TIMER_SOFTIRQ, /* a timer proper */
	TIMER_WORK, /* delayed work */
};

struct timer_list {
	uint64_t expires;
	struct timer_list *next; /* the one due after this */
	void (*function)(void *data);
	void *data;
	enum timer_rank rank;
	bool pending;
};

/* All zeros: time 0, nothing pending. */
struct timer_base {
	uint64_t now;
	struct timer_list *first; /* by time, rank, then order of arming */
};

/* Arms a timer for `delay` from now; one that is pending keeps its time. */
void timer_arm(struct timer_base *base, struct timer_list *timer, uint64_t delay);

/*
 * Lets time pass. Each timer that falls due runs at its own time, no longer
 * pending, and may arm itself and others.
 */
void timer_advance(struct timer_base *base, uint64_t ms);

#pragma GCC visibility pop
#endif
