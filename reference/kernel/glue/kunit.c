/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs the test cases of a tree: what <kunit/test.h> and the headers beside it promise. */
#include <kunit/test.h>
#include "kunit.h"

struct shim_kunit_file {
	struct kunit_suite *const *suites;
	size_t count;
	const char *format;
};

const unsigned long shim_page_bytes = sizeof(struct page);
long shim_secondary_pagetable;

static struct shim_kunit_file files[128];
static unsigned int file_count;

void shim_kunit_register(struct kunit_suite *const *suites, size_t count, const char *format)
{
	struct shim_kunit_file *file = &files[file_count];

	if (file_count == ARRAY_SIZE(files))
		shim_crash();
	file_count++;
	file->suites = suites;
	file->count = count;
	file->format = format;
}

static void visit_case(const struct shim_kunit_file *file, struct kunit_suite *suite,
		       struct kunit_case *what, void (*visit)(const struct shim_kunit_item *))
{
	struct shim_kunit_item item = {
		.format = file->format,
		.suite = suite->name,
		.name = what->name,
		.of = suite,
		.what = what,
	};
	struct kunit asking = { .name = what->name };

	if (!what->generate_params) {
		visit(&item);
		return;
	}
	while ((item.value = what->generate_params(&asking, item.value, item.parameter)))
		visit(&item);
}

void shim_kunit_each(void (*visit)(const struct shim_kunit_item *item))
{
	for (unsigned int i = 0; i < file_count; i++)
		for (size_t j = 0; j < files[i].count; j++)
			for (struct kunit_case *what = files[i].suites[j]->test_cases;
			     what->run_case; what++)
				visit_case(&files[i], files[i].suites[j], what, visit);
}

int vsnprintf(char *to, size_t bytes, const char *format, __builtin_va_list list);

void shim_kunit_fail(struct kunit *test, const struct shim_kunit_claim *claim,
		     unsigned long left, unsigned long right, const char *message, ...)
{
	const char *file = shim_kernel_file(claim->file);
	struct shim_kunit_outcome *outcome = test->shim_outcome;
	char text[160] = "";
	__builtin_va_list list;

	if (*message) {
		text[0] = ':';
		text[1] = ' ';
		__builtin_va_start(list, message);
		vsnprintf(text + 2, sizeof(text) - 2, message, list);
		__builtin_va_end(list);
	}
	shim_kunit_mark_failed(outcome);
	if (claim->relation)
		shim_kunit_say(outcome, "%s:%d: %s: 0x%lx %s 0x%lx%s", file, claim->line,
			       claim->text, left, claim->relation, right, text);
	else
		shim_kunit_say(outcome, "%s:%d: %s%s", file, claim->line, claim->text, text);
	if (claim->aborts)
		shim_kunit_abort(test);
}

void shim_kunit_skipped(struct kunit *test, const char *reason)
{
	if (test->shim_outcome->failed)
		return;
	test->shim_outcome->skipped = true;
	shim_kunit_say(test->shim_outcome, "%s", reason);
}

void shim_kunit_abort(struct kunit *test)
{
	test->shim_aborted = true;
	shim_crash();
}

struct running {
	const struct shim_kunit_item *item;
	struct kunit test;
};

static void failed(struct kunit *test, const char *what, int err)
{
	shim_kunit_mark_failed(test->shim_outcome);
	shim_kunit_say(test->shim_outcome, "%s returns %d", what, err);
}

static void begin_and_run(void *argument)
{
	struct running *running = argument;
	const struct shim_kunit_item *item = running->item;
	struct kunit *test = &running->test;
	int err = item->of->suite_init ? item->of->suite_init(item->of) : 0;

	if (!err && item->what->param_init)
		err = item->what->param_init(test);
	if (!err && item->of->init)
		err = item->of->init(test);
	if (err)
		failed(test, "what the case begins with", err);
	else
		item->what->run_case(test);
}

static void clear_up(void *argument)
{
	struct running *running = argument;
	const struct shim_kunit_item *item = running->item;

	if (item->of->exit)
		item->of->exit(&running->test);
	if (item->what->param_exit)
		item->what->param_exit(&running->test);
	if (item->of->suite_exit)
		item->of->suite_exit(item->of);
}

static void guarded(void (*function)(void *), struct running *running)
{
	struct kunit *test = &running->test;

	test->shim_aborted = false;
	if (shim_guarded(function, running) || test->shim_aborted)
		return;
	shim_kunit_mark_failed(test->shim_outcome);
	shim_kunit_say(test->shim_outcome, "BUG");
}

void shim_kunit_run(const struct shim_kunit_item *item, struct shim_kunit_outcome *outcome)
{
	struct running running = {
		.item = item,
		.test = {
			.name = item->name,
			.param_value = item->value,
			.shim_outcome = outcome,
		},
	};

	guarded(begin_and_run, &running);
	guarded(clear_up, &running);
	outcome->ended = true;
}

u64 get_random_u64(void)
{
	static u64 state;
	u64 mixed = state += 0x9e3779b97f4a7c15;

	/* The generator SplitMix64. */
	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	return mixed ^ mixed >> 31;
}

int mtree_insert_range(struct maple_tree *mt, unsigned long first, unsigned long last,
		       void *entry, gfp_t gfp)
{
	struct shim_range **place = &mt->ranges;
	struct shim_range *range;

	if (first > last)
		return -EINVAL;
	while (*place && (*place)->last < first)
		place = &(*place)->next;
	if (*place && (*place)->first <= last)
		return -EEXIST;
	range = shim_alloc(sizeof(*range), false);
	if (!range)
		return -ENOMEM;
	*range = (struct shim_range){ *place, first, last, entry };
	*place = range;
	return 0;
}

void mtree_destroy(struct maple_tree *mt)
{
	while (mt->ranges) {
		struct shim_range *range = mt->ranges;

		mt->ranges = range->next;
		shim_free(range);
	}
}

void *mas_find(struct ma_state *mas, unsigned long max)
{
	struct shim_range *range = mas->tree->ranges;
	unsigned long from = mas->begun ? mas->last + 1 : mas->index;

	if (mas->begun && mas->last == ULONG_MAX)
		return NULL;
	while (range && range->last < from)
		range = range->next;
	if (!range || range->first > max)
		return NULL;
	mas->begun = true;
	mas->index = range->first;
	mas->last = range->last;
	return range->entry;
}

void *mas_erase(struct ma_state *mas)
{
	struct shim_range **place = &mas->tree->ranges;
	struct shim_range *range;
	void *entry;

	while (*place && (*place)->last < mas->index)
		place = &(*place)->next;
	range = *place;
	if (!range || range->first > mas->index)
		return NULL;
	*place = range->next;
	entry = range->entry;
	shim_free(range);
	return entry;
}
