/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzzer.h"

static struct {
	uint64_t scenarios;
	uint64_t operations;
	uint64_t refused;
	int is_due;
} count;

void iopt_fuzz_count_run(uint64_t operations)
{
	count.scenarios++;
	count.operations += operations;
}

void iopt_fuzz_count_refusal(void)
{
	count.refused++;
}

/* Called from signal handlers too: takes no memory and no lock. */
void iopt_fuzz_count_print(void)
{
	char line[128];
	int size;

	if (!count.is_due)
		return;
	count.is_due = 0;
	size = snprintf(line, sizeof(line),
			"iopt-fuzz: %" PRIu64 " scenarios, %" PRIu64 " operations, %" PRIu64
			" refused\n",
			count.scenarios, count.operations, count.refused);
	/* Nobody is left to tell when it cannot be written. */
	if (write(STDERR_FILENO, line, size) < 0)
		return;
}

void iopt_fuzz_count_start(void)
{
	count.is_due = 1;
	atexit(iopt_fuzz_count_print);
}

/*
 * libFuzzer ends by exit() when its runs or its time are over, and by _Exit() from
 * everywhere else: crashes, timeouts, too much memory, interruptions. iopt-fuzz
 * is linked with --wrap=_Exit, which leads here; other programs never call it.
 */
_Noreturn void __wrap__Exit(int status);

_Noreturn void __wrap__Exit(int status)
{
	iopt_fuzz_count_print();
	_exit(status);
}
