/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzzer.h"

static struct iopt_fuzz_counts own;
static struct iopt_fuzz_counts *count = &own;
static int is_due;

void iopt_fuzz_count_in(struct iopt_fuzz_counts *counts)
{
	count = counts;
}

void iopt_fuzz_count_run(uint64_t operations)
{
	count->scenarios++;
	count->operations += operations;
}

void iopt_fuzz_count_refusal(void)
{
	count->refused++;
}

void iopt_fuzz_count_relaxed(void)
{
	count->relaxed++;
}

/* Called from signal handlers too: takes no memory and no lock. */
void iopt_fuzz_count_print(void)
{
	char line[128];
	int size;

	if (!is_due)
		return;
	is_due = 0;
	size = snprintf(line, sizeof(line),
			"iopt-fuzz: %" PRIu64 " scenarios, %" PRIu64 " operations, %" PRIu64
			" refused\n",
			count->scenarios, count->operations, count->refused);
	/* Nobody is left to tell when it cannot be written. */
	if (write(STDERR_FILENO, line, size) < 0)
		return;
}

void iopt_fuzz_count_start(void)
{
	/* Of a job, the program that watches it tells the sum. */
	if (count != &own)
		return;
	is_due = 1;
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
	iopt_fuzz_leave(IOPT_FUZZ_DONE, status);
	_exit(status);
}
