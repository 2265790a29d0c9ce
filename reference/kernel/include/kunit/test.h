/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declared again: as much of the kernel's test framework as the page tables'
 * own cases use. glue/kunit.c runs them.
 */
#ifndef SHIM_KUNIT_TEST_H
#define SHIM_KUNIT_TEST_H

#include <linux/maple_tree.h>
#include <linux/random.h>

#define KUNIT_PARAM_DESC_SIZE 128
#define KUNIT_SUBTEST_INDENT "    "
#define KUNIT_SUBSUBTEST_INDENT "        "

/* One run of one case. */
struct kunit {
	void *priv; /* the suite's own */
	const void *param_value;
	int param_index;
	const char *name;
	struct shim_kunit_outcome *shim_outcome;
	bool shim_aborted; /* it left the case in its middle, on purpose */
};

struct kunit_attributes {
	unsigned int speed;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(struct kunit *test, const void *prev, char *desc);
	struct kunit_attributes attr;
	int (*param_init)(struct kunit *test);
	void (*param_exit)(struct kunit *test);
};

struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
	struct kunit_attributes attr;
};

#define KUNIT_CASE(function) { .run_case = function, .name = #function }
#define KUNIT_CASE_SLOW(function) KUNIT_CASE(function)
#define KUNIT_CASE_ATTR(function, attributes) KUNIT_CASE(function)
#define KUNIT_CASE_PARAM(function, parameters) \
	{ .run_case = function, .name = #function, .generate_params = parameters }
#define KUNIT_CASE_PARAM_ATTR(function, parameters, attributes) \
	KUNIT_CASE_PARAM(function, parameters)
#define KUNIT_CASE_PARAM_WITH_INIT(function, parameters, before, after)                    \
	{ .run_case = function, .name = #function, .generate_params = parameters,          \
	  .param_init = before, .param_exit = after }

/* The file that is compiled says what format it is: SHIM_FORMAT_NAME. */
void shim_kunit_register(struct kunit_suite *const *suites, size_t count, const char *format);
#define SHIM_KUNIT_SUITES(function, ...)                                                 \
	static void __attribute__((__constructor__)) function(void)                      \
	{                                                                                \
		static struct kunit_suite *const suites[] = { __VA_ARGS__ };             \
		shim_kunit_register(suites, ARRAY_SIZE(suites), SHIM_FORMAT_NAME);       \
	}
#define kunit_test_suites(...) SHIM_KUNIT_SUITES(__UNIQUE_ID(kunit), __VA_ARGS__)
#define kunit_test_suite(suite) kunit_test_suites(&(suite))

int snprintf(char *to, size_t bytes, const char *format, ...);

/* Memory that is gone after the case in any case. */
#define kunit_kmalloc(test, bytes, gfp) ((void)(test), shim_alloc(bytes, false))
#define kunit_kzalloc(test, bytes, gfp) ((void)(test), shim_alloc(bytes, true))
#define kunit_kcalloc(test, n, bytes, gfp) ((void)(test), shim_alloc(size_mul(n, bytes), true))
#define kunit_kfree(test, memory) ((void)(test), shim_free(memory))

struct file;
/* User memory is memory like any other; 0 where there is none. What is asked for is not looked at. */
unsigned long kunit_vm_mmap(struct kunit *test, struct file *file, unsigned long address,
			    unsigned long bytes, unsigned long prot, unsigned long flags,
			    unsigned long offset);

/* The reason is told as it stands in the source, without what it would be filled in with. */
void shim_kunit_skipped(struct kunit *test, const char *reason);
void shim_kunit_abort(struct kunit *test) __noreturn;
#define kunit_mark_skipped(test, reason, ...) shim_kunit_skipped(test, reason)
#define kunit_skip(test, reason, ...) \
	(shim_kunit_skipped(test, reason), shim_kunit_abort(test))
#define kunit_info(test, ...) shim_unprinted(__VA_ARGS__)
#define kunit_warn(test, ...) shim_unprinted(__VA_ARGS__)
#define kunit_err(test, ...) shim_unprinted(__VA_ARGS__)
#define kunit_log(level, test, ...) shim_unprinted(__VA_ARGS__)

#include "claims.h"

#endif
