/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver needs of libFuzzer and of C's signals; the count of what was run. */
#ifndef IOPT_FUZZER_H
#define IOPT_FUZZER_H

#include <stddef.h>
#include <stdint.h>

typedef int (*iopt_fuzz_callback)(const uint8_t *data, size_t size);

/* libFuzzer's own entry point (FuzzerInterface.h). */
int LLVMFuzzerRunDriver(int *argc, char ***argv, iopt_fuzz_callback callback);
/*
 * libFuzzer's own byte mutation; returns the new size, at most max_size. With an
 * engine that has none, nothing is changed.
 */
size_t iopt_fuzz_mutate_bytes(uint8_t *data, size_t size, size_t max_size);

/*
 * Gives the fatal signals back to their default handlers: Swift's backtracer
 * would otherwise take them before libFuzzer sees them, and no input is saved.
 */
void iopt_fuzz_reset_signals(void);

/*
 * Ends the process at SIGTERM, SIGINT and SIGHUP, with libFuzzer's status for an
 * interruption (72) and the line of what was run. libFuzzer's own handler, which is
 * not installed where there is one, takes memory and hangs when the signal comes
 * while the program does.
 */
void iopt_fuzz_end_on_signals(void);

/* Lets this process be terminated (SIGTERM) when the one that started it is gone. */
void iopt_fuzz_end_with_parent(void);

/*
 * What a fuzz run has run, one line on standard error when the process ends:
 *
 *   iopt-fuzz: 71234 scenarios, 5061234 operations, 12 refused
 *
 * Benchmarks/run reads it, for the loop is measured in operations: inputs differ in
 * length, and so do those that two revisions make from one seed.
 */
/* From now on the end of the process prints the line. */
void iopt_fuzz_count_start(void);
/* A scenario on which both sides agreed, with that many operations. */
void iopt_fuzz_count_run(uint64_t operations);
/* A scenario that a side refused. */
void iopt_fuzz_count_refusal(void);
/* Prints the line now, once: for an end that runs nothing else, _exit(). */
void iopt_fuzz_count_print(void);

#endif
