/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the program that runs a tree's own test cases and the glue that sees the cases. */
#ifndef SHIM_KUNIT_H
#define SHIM_KUNIT_H

#include "system.h"

/* How a case ended. It lies in memory that outlives the process of the case. */
struct shim_kunit_outcome {
	_Bool failed;
	_Bool skipped;
	_Bool ended; /* it came to its end, its clearing up included */
	char text[400]; /* of the first failure, or why it was skipped */
};

/* One case with one of its parameters. */
struct shim_kunit_item {
	const char *format;
	const char *suite;
	const char *name;
	char parameter[128]; /* "" without one */
	const void *value;
	struct kunit_suite *of;
	struct kunit_case *what;
};

/* The size of a page's descriptor. */
extern const unsigned long shim_page_bytes;

/* Calls the function for each case with each of its parameters. */
void shim_kunit_each(void (*visit)(const struct shim_kunit_item *item));
/* Runs it in this process, in the context that shim_current names. */
void shim_kunit_run(const struct shim_kunit_item *item, struct shim_kunit_outcome *outcome);
/* The case fails; a reason why it was skipped, if there is one, says nothing of that and goes. */
void shim_kunit_mark_failed(struct shim_kunit_outcome *outcome);
/* A line of text for the outcome; the first one stays. */
void shim_kunit_say(struct shim_kunit_outcome *outcome, const char *format, ...)
	__attribute__((__format__(printf, 2, 3)));

#endif
