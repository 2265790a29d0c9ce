/* SPDX-License-Identifier: GPL-2.0-only */
#include "timer.h"

#include <stddef.h>

static bool goes_before(const struct timer_list *timer, const struct timer_list *other)
{
	if (timer->expires != other->expires)
		return timer->expires < other->expires;
	return timer->rank < other->rank;
}

void timer_arm(struct timer_base *base, struct timer_list *timer, uint64_t delay)
{
	struct timer_list **link = &base->first;

	if (timer->pending)
		return;
	timer->expires = base->now + delay;
	timer->pending = true;
	while (*link && !goes_before(timer, *link))
		link = &(*link)->next;
	timer->next = *link;
	*link = timer;
}

void timer_advance(struct timer_base *base, uint64_t ms)
{
	uint64_t until = base->now + ms;

	while (base->first && base->first->expires <= until) {
		struct timer_list *due = base->first;

		base->first = due->next;
		if (due->expires > base->now)
			base->now = due->expires;
		due->pending = false;
		due->function(due->data);
	}
	base->now = until;
}
