/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver needs of libFuzzer and of C's signals. */
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

#endif
