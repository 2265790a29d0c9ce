/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companions.h"

static void become(char *const arguments[], int output, const sigset_t *mask)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(arguments[0], arguments);
	dprintf(STDERR_FILENO, "%s: %s\n", arguments[0], strerror(errno));
	_exit(127);
}

int iopt_command_start(char *const arguments[], pid_t *group, iopt_companion *companion)
{
	sigset_t before;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	iopt_companions_block(&before);
	*group = fork();
	if (*group == 0)
		become(arguments, ends[1], &before);
	if (*group > 0) {
		setpgid(*group, *group);
		*companion = iopt_companion_group(*group);
	}
	iopt_companions_unblock(&before);
	close(ends[1]);
	if (*group > 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

int iopt_command_wait(pid_t group, iopt_companion companion)
{
	int status = 0;

	while (waitpid(group, &status, 0) < 0 && errno == EINTR)
		;
	iopt_companion_forget(companion);
	return status;
}

void iopt_command_stop(pid_t group, iopt_companion companion)
{
	iopt_companions_end(&group, 1);
	iopt_companion_forget(companion);
}
