/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "isolation.h"

static void reset_signals(void)
{
	static const int fatal[] = { SIGQUIT, SIGILL,  SIGTRAP, SIGABRT,
				     SIGSEGV, SIGBUS,  SIGFPE,  SIGSYS,
				     SIGALRM, SIGPIPE, SIGTERM, SIGINT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		signal(fatal[i], SIG_DFL);
		sigaddset(&set, fatal[i]);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void leave_standard_input(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0)
		_exit(1);
	if (null != STDIN_FILENO) {
		dup2(null, STDIN_FILENO);
		close(null);
	}
}

pid_t iopt_isolation_fork(void)
{
	static const struct rlimit no_core = { 0, 0 };
	pid_t parent = getpid();
	pid_t child = fork();

	if (child != 0)
		return child;
	reset_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before it could be told of. */
	if (getppid() != parent)
		_exit(1);
	setrlimit(RLIMIT_CORE, &no_core);
	leave_standard_input();
	return 0;
}
