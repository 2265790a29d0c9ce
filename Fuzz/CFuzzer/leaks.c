/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks for leaks when an input has allocated more than it gave back, as libFuzzer
 * does where it is linked with a sanitizer: a look takes milliseconds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

#include "fuzzer.h"

/* Looks in vain, after which only each so-manieth such input is looked at. */
enum { PATIENCE = 256, SELDOM = 64 };

static int (*check)(void);
static size_t allocated, freed, vain;

static void count_allocation(const volatile void *memory, size_t size)
{
	(void)memory;
	(void)size;
	allocated++;
}

static void count_free(const volatile void *memory)
{
	if (memory)
		freed++;
}

void iopt_fuzz_leaks_start(void)
{
	int (*install)(void (*)(const volatile void *, size_t), void (*)(const volatile void *)) =
		dlsym(RTLD_DEFAULT, "__sanitizer_install_malloc_and_free_hooks");

	check = dlsym(RTLD_DEFAULT, "__lsan_do_recoverable_leak_check");
	if (!install || !check || !install(count_allocation, count_free))
		check = NULL;
}

void iopt_fuzz_leaks_begin(void)
{
	allocated = 0;
	freed = 0;
}

int iopt_fuzz_leaks_found(void)
{
	if (!check || allocated <= freed)
		return 0;
	if (++vain > PATIENCE && vain % SELDOM)
		return 0;
	return check();
}
