/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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

/* It goes before its parent when memory runs out, for it is what takes it. */
static void offer_to_the_oom_killer(void)
{
	int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return;
	if (write(file, "1000", 4) < 0) { /* then it is as before */
	}
	close(file);
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
	offer_to_the_oom_killer();
	return 0;
}

static void close_range_of(unsigned int first, unsigned int last)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, last, 0) == 0)
		return;
#endif
	/* An older kernel. */
	if (last > (unsigned int)sysconf(_SC_OPEN_MAX))
		last = sysconf(_SC_OPEN_MAX);
	for (unsigned int file = first; file <= last; file++)
		close(file);
}

void iopt_isolation_close_files(int kept)
{
	if (kept <= STDERR_FILENO)
		return close_range_of(STDERR_FILENO + 1, ~0u);
	if (kept > STDERR_FILENO + 1)
		close_range_of(STDERR_FILENO + 1, kept - 1);
	close_range_of(kept + 1, ~0u);
}

void iopt_isolation_stand_aside(int kept)
{
	setpgid(0, 0);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	setvbuf(stdout, NULL, _IONBF, 0);
	iopt_isolation_close_files(kept);
}
