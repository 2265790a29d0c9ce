/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's code asks of the machine: pages, cache write-backs, time. */
#include "domain.h"

/*
 * A recursion without end shifts past the word on its way to the second table
 * that it nests. That one may still be made to fail; after it there is no way back.
 */
static bool runs_away(struct shim_context *context)
{
	return unlikely(context->shifted && context->running) && context->past_shift++;
}

/* What nobody zeroed: no entry of any format that anybody wrote. */
#define GARBAGE 0xa5a5a5a5a5a5a5a5ull

struct folio *shim_alloc_folio(unsigned int order, bool zeroed)
{
	struct shim_context *context = shim_current;
	struct page *page;
	u64 address, slot;

	if (runs_away(context))
		shim_crash();
	address = context->host->alloc_table(context->host, PAGE_SIZE << order);
	if (!address)
		return NULL;
	slot = (address - IOPT_ARENA_BASE) >> PAGE_SHIFT;
	page = context->pages + slot;
	page->shim_order = order;
	if (context->slots < slot + (1ul << order))
		context->slots = slot + (1ul << order);
	if (unlikely(!zeroed))
		memset64(page_address(page), GARBAGE, (PAGE_SIZE << order) / sizeof(u64));
	return page_folio(page);
}

void shim_free_folio(struct folio *folio)
{
	struct iopt_host *host = shim_current->host;

	host->free_table(host, virt_to_phys(folio_address(folio)));
}

void shim_incoherent(phys_addr_t address, bool on)
{
	iopt_log2(shim_current->log, IOPT_EVENT_INCOHERENT, address, on);
}

void shim_clean(phys_addr_t address, size_t bytes)
{
	iopt_log2(shim_current->log, IOPT_EVENT_CLEAN, address, bytes);
}

void shim_yield(unsigned int point)
{
	struct shim_context *context = shim_current;
	struct shim_own own = shim_keep(context);

	context->host->yield(context->host, point);
	shim_put_back(context, &own);
}

void shim_lock(const void *lock)
{
	struct shim_context *context = shim_current;
	struct shim_own own = shim_keep(context);

	context->host->lock_at(context->host, IOPT_LOCK_OTHER, lock);
	shim_put_back(context, &own);
}

void shim_unlock(const void *lock)
{
	struct shim_context *context = shim_current;
	struct shim_own own = shim_keep(context);

	context->host->unlock_at(context->host, IOPT_LOCK_OTHER, lock);
	shim_put_back(context, &own);
}

/* The compiler's word for a shift by as many bits as the type has, or more: in a format's code. */
void __ubsan_handle_shift_out_of_bounds(void *data, void *left, void *right)
{
	shim_current->shifted = 1;
}

/* The same in all other code, which has none that is meant. */
void __ubsan_handle_shift_out_of_bounds_abort(void *data, void *left, void *right)
{
	shim_crash();
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	struct shim_context *context = shim_current;
	bool was_pending = timer->pending;

	timer->expires = expires;
	timer->pending = true;
	context->timer = timer;
	iopt_log1(context->log, IOPT_EVENT_TIMER_ON, expires);
	return was_pending;
}

int timer_delete_sync(struct timer_list *timer)
{
	bool was_pending = timer->pending;

	timer->pending = false;
	return was_pending;
}

bool schedule_delayed_work(struct delayed_work *work, unsigned long delay)
{
	struct delayed_work **place = &shim_current->work;

	if (work->pending)
		return false;
	while (*place)
		place = &(*place)->next;
	*place = work;
	work->next = NULL;
	work->due = jiffies + delay;
	work->pending = true;
	return true;
}

static void take_work(struct delayed_work *work)
{
	struct delayed_work **place = &shim_current->work;

	while (*place != work)
		place = &(*place)->next;
	*place = work->next;
	work->pending = false;
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	if (!work->pending)
		return false;
	take_work(work);
	return true;
}

static struct delayed_work *first_due(void)
{
	struct delayed_work *first = shim_current->work;

	for (struct delayed_work *work = first; work; work = work->next)
		if (work->due < first->due)
			first = work;
	return first;
}

static void fire_timer(struct timer_list *timer)
{
	timer->pending = false;
	iopt_log1(shim_current->log, IOPT_EVENT_TIMER_FIRE, timer->expires);
	timer->function(timer);
}

static void do_work(struct delayed_work *work)
{
	take_work(work);
	iopt_log1(shim_current->log, IOPT_EVENT_DEPOT_WORK, work->due);
	work->work.func(&work->work);
}

static void advance_to(unsigned long due)
{
	if (due > shim_current->now)
		shim_current->now = due;
}

/* Lets time pass; what falls due runs on CPU 0, the flush timer before work of the same time. */
void shim_tick(u64 ms)
{
	struct shim_context *context = shim_current;
	u64 until = context->now + ms;

	context->cpu = 0;
	for (;;) {
		struct timer_list *timer = context->timer;
		struct delayed_work *work = first_due();

		if (timer && (!timer->pending || timer->expires > until))
			timer = NULL;
		if (work && work->due > until)
			work = NULL;
		if (timer && (!work || timer->expires <= work->due)) {
			advance_to(timer->expires);
			fire_timer(timer);
		} else if (work) {
			advance_to(work->due);
			do_work(work);
		} else {
			break;
		}
	}
	context->now = until;
}

int shim_no_user_space(void)
{
	return -EFAULT;
}
