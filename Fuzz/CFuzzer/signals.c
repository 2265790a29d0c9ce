/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <unistd.h>

#include "fuzzer.h"

void iopt_fuzz_reset_signals(void)
{
	static const int fatal[] = { SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE };

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], SIG_DFL);
}

/* libFuzzer's own status for an interruption. */
enum { INTERRUPTED = 72 };

static void end(int signal)
{
	(void)signal;
	iopt_fuzz_count_print();
	_exit(INTERRUPTED);
}

void iopt_fuzz_end_on_signals(void)
{
	static const int endings[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction action = { .sa_handler = end };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		sigaction(endings[i], &action, NULL);
}
