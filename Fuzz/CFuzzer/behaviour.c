/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters that no code has: libFuzzer reads this section as coverage beside the
 * counters of loaded objects, and clears it before an input.
 */
#include "fuzzer.h"

static uint8_t counters[IOPT_FUZZ_BEHAVIOURS]
	__attribute__((section("__libfuzzer_extra_counters"), used, aligned(64)));

uint8_t *iopt_fuzz_behaviours(void)
{
	return counters;
}
